// The secret stands behind the #, which a browser sends nowhere: not in the request for this page, not as a referrer. From
// here on it stands in no address and no history either.
const secret = location.hash.slice(1);
history.replaceState(null, '', location.pathname);

const button = document.getElementById('go');
const said = document.getElementById('said');

if (secret) {
  button.disabled = false;
} else {
  said.textContent = 'Open the whole link as it was printed: what signs in stands behind the #.';
}

button.addEventListener('click', async () => {
  button.disabled = true;
  try {
    const response = await fetch('/sign-in/link', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ secret }),
    });
    const answer = await response.json();
    if (response.ok) {
      location.replace(answer.to);
    } else {
      said.textContent = `${answer.errors[0].message}.`;
    }
  } catch {
    said.textContent = 'The service does not answer; see that it still runs.';
    button.disabled = false;
  }
});
