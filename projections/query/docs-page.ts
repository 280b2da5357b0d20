import type { OpenApi } from '../../commands/http/openapi/document.ts'

/** Makes the API's documentation, one HTML page that loads nothing else. */
export function docsPage({ info, paths }: OpenApi): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const { operationId: _id, summary, ...details } = operation
      return `<details><summary><code><b>${method.toUpperCase()}</b> ${escapeHtml(path)}</code> ${escapeHtml(summary)}</summary>
<pre>${escapeHtml(JSON.stringify(details, null, 2))}</pre></details>`
    }),
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(info.title)} API</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
summary{cursor:pointer;padding:.4rem 0}code{background:#f1f1f4;padding:.15rem .4rem;border-radius:4px}
pre{background:#f7f7f9;padding:1rem;overflow:auto;font-size:13px}details{border-bottom:1px solid #e4e4ea}
</style></head><body>
<h1>${escapeHtml(info.title)}</h1>
<p>${escapeHtml(info.description)} Also available as <a href="/openapi.json">OpenAPI 3.1</a>.</p>
${operations.join('\n')}
</body></html>
`
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
