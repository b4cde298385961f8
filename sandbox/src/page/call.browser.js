export const byId = (id) => document.getElementById(id);

export async function call(path, method = 'GET', body = undefined) {
  const response = await fetch(path, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(answer.detail);
  return answer;
}

/** What a person was refused stays there until they do something else; a refresh takes away its own trouble only. */
export async function attempt(work, by = 'person') {
  const trouble = byId('trouble');
  try {
    await work();
    if (by === 'person' || trouble.dataset.by === by) trouble.hidden = true;
  } catch (error) {
    trouble.textContent =
      error instanceof TypeError ? 'The sandbox does not answer. Is it running?' : error.message;
    trouble.dataset.by = by;
    trouble.hidden = false;
  }
}

export const toReadable = (ms) => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
