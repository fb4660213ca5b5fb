// The secret is after the #, which a browser never sends: not in the request for this page, and not as a referrer. From here
// on it is not in the address bar or the history either.
const secret = location.hash.slice(1);
history.replaceState(null, '', location.pathname);

const button = document.getElementById('go');
const said = document.getElementById('said');

if (secret) {
  button.disabled = false;
} else {
  said.textContent = 'Open the complete link as it was printed, including the part after the #.';
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
      said.textContent = answer.errors[0].message;
    }
  } catch {
    said.textContent = 'The service does not respond. Check that it is still running.';
    button.disabled = false;
  }
});
