// Orders a transfer over HTTP, tells it a new auth code, and follows it by server-sent events. Node 18, no package.
//   DOMORDER_URL, DOMORDER_TOKEN_FILE, DOMORDER_ACCOUNT, DOMAIN, WRONG_CODE_FILE, RIGHT_CODE_FILE

import { readFileSync } from 'node:fs';

const secret = (name) => readFileSync(process.env[name], 'utf8').trim();
const base = process.env.DOMORDER_URL ?? 'http://127.0.0.1:8080';
const authorization = `Bearer ${secret('DOMORDER_TOKEN_FILE')}`;

/** One request; a refusal becomes an error that names every fault. */
async function ask(method, path, body) {
  const answer = await fetch(base + path, {
    method,
    headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) {
    const problem = await answer.json();
    const faults = (problem.errors ?? []).map((fault) => `${fault.pointer}: ${fault.detail}`);
    throw new Error([`${answer.status} ${problem.title}`, problem.detail, ...faults].filter(Boolean).join('\n'));
  }
  return answer;
}

/** Events without end. After a cut the caller begins again behind the last `id` that it has worked off. */
async function* events(after) {
  const answer = await fetch(`${base}/v1/events/stream`, {
    headers: { authorization, accept: 'text/event-stream', ...(after && { 'last-event-id': after }) },
  });
  if (!answer.ok) throw new Error(`events: ${answer.status}`);
  let text = '';
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
      const lines = text.slice(0, end).split('\n');
      const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart());
      if (data.length) yield JSON.parse(data.join('\n'));
    }
  }
}

const domain = process.env.DOMAIN;
const key = `transfer-${domain}`;
// Read from the beginning: the order may be further than the answer to its own POST when the stream is opened.
const stream = events('0');
await ask('POST', '/v1/orders', {
  idempotency_key: key,
  kind: 'transfer',
  account: process.env.DOMORDER_ACCOUNT,
  domain,
  auth_code: secret('WRONG_CODE_FILE'),
});
for await (const event of stream) {
  const view = event.data;
  if (view.idempotency_key !== key) continue;
  console.log(view.state, view.reason ?? '');
  if (view.needs === 'auth_code' && view.attempts === 1) {
    await ask('POST', `/v1/orders/${view.id}/auth-code`, { auth_code: secret('RIGHT_CODE_FILE') });
  }
  if (['succeeded', 'failed', 'cancelled'].includes(view.state)) {
    process.exit(view.state === 'succeeded' ? 0 : 1);
  }
}
