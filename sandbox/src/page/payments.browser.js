import { attempt, byId, call, toReadable } from './call.browser.js';

const LABELS = {
  succeed: 'Pay',
  fail: 'Decline',
  cancel: 'Cancel on the phone',
  timeout: 'Let it time out',
  dispute: 'Dispute',
  win_dispute: 'Win the dispute',
  lose_dispute: 'Lose the dispute',
  fail_refund: 'Fail the refund',
};
const PROVIDERS = { stripe: 'Card, by Stripe', mpesa: 'M-Pesa' };
const list = byId('payments-list');

function newItem({ paymentId, provider, amount, about, askedAt }) {
  const item = byId('payment-template').content.cloneNode(true).firstElementChild;
  item.dataset.id = paymentId;
  const digits = new Intl.NumberFormat('en', { style: 'currency', ...amount, currencyDisplay: 'code' });
  const { maximumFractionDigits } = digits.resolvedOptions();
  item.querySelector('.amount').textContent = digits.format(amount.amount / 10 ** maximumFractionDigits);
  item.querySelector('.id').textContent = paymentId;
  item.querySelector('.about').textContent = `${PROVIDERS[provider]} · ${about}`;
  item.querySelector('.acts').ariaLabel = paymentId;
  const time = item.querySelector('time');
  time.dateTime = askedAt;
  time.textContent = toReadable(Date.parse(askedAt));
  return item;
}

function newButton(paymentId, outcome) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = outcome === 'succeed' ? '' : 'quiet';
  button.textContent = LABELS[outcome] ?? outcome;
  button.addEventListener('click', () =>
    attempt(async () => {
      await call(`/sandbox/payments/${paymentId}`, 'POST', { outcome });
      await refreshPayments();
    }),
  );
  return button;
}

/** Buttons change with the state only, so that one that is about to be pressed stays where it is. */
function showState(item, { paymentId, state, outcomes }) {
  const shown = `${state} ${outcomes}`;
  if (item.dataset.shown === shown) return;
  const acts = item.querySelector('.acts');
  const hadFocus = acts.contains(document.activeElement);
  item.dataset.shown = shown;
  item.querySelector('.state').textContent = state.replaceAll('_', ' ');
  acts.replaceChildren(...outcomes.map((outcome) => newButton(paymentId, outcome)));
  if (hadFocus) (acts.firstElementChild ?? item).focus();
}

export async function refreshPayments() {
  const { data } = await call('/sandbox/payments');
  const present = new Map([...list.children].map((item) => [item.dataset.id, item]));
  let place = list.firstElementChild;
  for (const payment of data) {
    const item = present.get(payment.paymentId) ?? newItem(payment);
    if (item === place) place = place.nextElementSibling;
    else list.insertBefore(item, place);
    showState(item, payment);
  }
  while (place) {
    const gone = place;
    place = place.nextElementSibling;
    gone.remove();
  }
  byId('payments-none').hidden = data.length > 0;
}
