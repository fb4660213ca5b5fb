// Copies the stylesheet of the NHS design system from its package. ../build.mjs imports it, with its own folder as working
// directory and after `npm ci`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = 'node_modules/nhsuk-frontend';
const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const whole = readFileSync(join(folder, 'dist/nhsuk/nhsuk-frontend.min.css'), 'utf8');

// The NHS web font is licensed for the NHS website only and is on another host. Without its rules, browsers use Arial, the next
// font in the stylesheet.
const css = whole.replace(/@font-face\s*\{[^}]*\}/g, '');
if (/@font-face|https?:\/\/assets\./.test(css)) throw new Error(`${name} ${version} still refers to a font on another host`);

const text = `=== ${name} ${version} (${license}) ===

https://github.com/nhsuk/nhsuk-frontend
The rules for the web font were removed.

MIT Licence

Copyright (c) NHS England and the contributors to nhsuk-frontend

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software
is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES
OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE
LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR
IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

// Returns the name and contents of each file of the pages.
export const bundle = () => [
  ['pages.css', css],
  ['licences.txt', text],
];
