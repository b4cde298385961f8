import { attempt, byId, call, toReadable } from './call.browser.js';
import { refreshPayments } from './payments.browser.js';

const POLL_MS = 2_000;

const list = byId('mail-list');
const filter = byId('to');
let clock = null;

function showMail(mail) {
  const item = byId('mail-template').content.cloneNode(true).firstElementChild;
  item.dataset.id = mail.id;
  item.querySelector('.subject').textContent = mail.subject || '(no subject)';
  item.querySelector('.to').textContent = mail.to;
  const time = item.querySelector('time');
  time.dateTime = mail.sentAt;
  time.textContent = toReadable(Date.parse(mail.sentAt));
  item.querySelector('pre').textContent = mail.text;

  if (mail.code) {
    const code = item.querySelector('.code');
    code.hidden = false;
    code.querySelector('strong').textContent = mail.code;
    const copy = code.querySelector('button');
    copy.addEventListener('click', () =>
      attempt(async () => {
        await navigator.clipboard.writeText(mail.code);
        copy.textContent = 'Copied';
      }),
    );
  }
  for (const link of mail.links) {
    const anchor = document.createElement('a');
    anchor.href = link;
    anchor.rel = 'noreferrer';
    anchor.target = '_blank';
    anchor.textContent = link;
    const line = document.createElement('li');
    line.append(anchor);
    item.querySelector('.links').append(line);
  }
  return item;
}

/** Keeps what is already there, so that an open message stays open and the focus stays where it is. */
async function refreshMail() {
  const to = filter.value.trim();
  const { data } = await call(to ? `/sandbox/mail?to=${encodeURIComponent(to)}` : '/sandbox/mail');
  const wanted = new Set(data.map((mail) => mail.id));
  const present = new Set();
  for (const item of [...list.children]) {
    if (wanted.has(item.dataset.id)) present.add(item.dataset.id);
    else item.remove();
  }
  let before = list.firstElementChild;
  for (const mail of data) {
    if (present.has(mail.id)) before = before?.nextElementSibling ?? null;
    else list.insertBefore(showMail(mail), before);
  }
  byId('mail-none').hidden = data.length > 0;
  const count = data.length === 0 ? '' : `(${data.length})`;
  if (byId('mail-count').textContent !== count) byId('mail-count').textContent = count;
}

function showClock(answer) {
  const changed = clock?.offsetMs !== answer.offsetMs;
  clock = answer;
  tick();
  if (!changed) return;
  byId('offset').textContent =
    answer.offsetMs === 0 ? 'Real time.' : `${toWords(answer.offsetMs)} ahead of real time.`;
}

function toWords(ms) {
  const minutes = Math.round(ms / 60_000);
  const parts = [
    [Math.floor(minutes / 1_440), 'd'],
    [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'min'],
  ];
  const words = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount} ${unit}`);
  return words.join(' ') || 'Less than a minute';
}

function tick() {
  if (!clock) return;
  const now = Date.now() + clock.offsetMs;
  byId('now').dateTime = new Date(now).toISOString();
  byId('now').textContent = toReadable(now);
}

const moveClock = (move) => attempt(async () => showClock(await call('/sandbox/clock', 'POST', move)));

async function refreshFaults() {
  const { data } = await call('/sandbox/faults');
  for (const target of ['mail', 'turnstile', 'stripe', 'mpesa']) {
    const select = byId(`fault-${target}`);
    if (document.activeElement !== select) {
      select.value = data.find((fault) => fault.target === target)?.mode ?? 'none';
    }
  }
}

const refresh = () =>
  attempt(async () => {
    const time = call('/sandbox/clock').then(showClock);
    await Promise.all([refreshPayments(), refreshMail(), refreshFaults(), time]);
  }, 'refresh');

function onSubmit(id, work) {
  byId(id).addEventListener('submit', (event) => {
    event.preventDefault();
    work();
  });
}

onSubmit('mail-filter', () => attempt(refreshMail));
filter.addEventListener('input', () => attempt(refreshMail));
byId('mail-empty').addEventListener('click', () =>
  attempt(async () => {
    await call('/sandbox/mail', 'DELETE');
    await refreshMail();
  }),
);
for (const button of document.querySelectorAll('[data-advance]')) {
  button.addEventListener('click', () => moveClock({ advance: button.dataset.advance }));
}
onSubmit('clock-advance', () => moveClock({ advance: byId('advance').value.trim() }));
onSubmit('clock-set', () => moveClock({ now: new Date(`${byId('set').value}Z`).toISOString() }));
byId('clock-reset').addEventListener('click', () =>
  attempt(async () => showClock(await call('/sandbox/clock', 'DELETE'))),
);
byId('faults').addEventListener('change', ({ target }) =>
  attempt(() => call('/sandbox/faults', 'POST', { target: target.name, mode: target.value })),
);

refresh();
setInterval(tick, 1_000);
setInterval(() => {
  if (!document.hidden) refresh();
}, POLL_MS);
