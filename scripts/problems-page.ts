import type { OpenApiDocument, ProblemCode } from './openapi.ts';

/** Where the `type` of every problem leads: each code has its own place on the page. */
export function problemsPage({ 'x-problems': problems }: OpenApiDocument): string {
  const rooms = Map.groupBy(problems, ({ code }) => code.slice(0, code.indexOf('.')));
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Problems of the Roost API</title>
    <link rel="icon" href="/docs/icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/docs/page.css" />
  </head>
  <body>
    <h1>Problems</h1>
    <p>
      What goes wrong is answered as <code>application/problem+json</code>. Decide by its <code>code</code>: that
      never changes, its title may. <a href="/docs">All operations</a>
    </p>
${[...rooms].map(([room, codes]) => toSection(room, codes)).join('\n')}
  </body>
</html>
`;
}

const toSection = (room: string, codes: readonly ProblemCode[]): string => `    <h2>${escapeHtml(room)}</h2>
    <dl>
${codes.map(toEntry).join('\n')}
    </dl>`;

const toEntry = ({ code, status, title }: ProblemCode): string => `      <div id="${escapeHtml(code)}">
        <dt><a href="#${escapeHtml(code)}"><code>${escapeHtml(code)}</code></a> <span class="status">${status}</span></dt>
        <dd>${escapeHtml(title)}</dd>
      </div>`;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
