// Small behaviors, found by data- attributes. Each works alone; without any of them every page still does its job.
'use strict';

// data-copy="ID": copies the value of the field with that id, and says so.
for (const button of document.querySelectorAll('[data-copy]')) {
  const field = document.getElementById(button.dataset.copy);
  const word = button.querySelector('span');
  if (!field || !word || !navigator.clipboard) continue;
  button.hidden = false;
  const copy = async () => {
    field.select();
    await navigator.clipboard.writeText(field.value.replaceAll(' ', button.dataset.copy === 'totp-secret' ? '' : ' '));
    word.textContent = 'Copied';
    setTimeout(() => (word.textContent = 'Copy'), 2000);
  };
  button.addEventListener('click', () => void copy());
}

// data-menu: a <details> that closes on Escape, giving focus back, and on a click outside.
for (const menu of document.querySelectorAll('details[data-menu]')) {
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });
  document.addEventListener('click', (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
}

// <time data-relative>: the text becomes "5 minutes ago", the full time moves to its title; refreshed every minute.
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang || 'en', { numeric: 'auto' });
const units = [
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
];
const refreshTimes = () => {
  for (const time of document.querySelectorAll('time[data-relative]')) {
    time.title ||= time.textContent;
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ['minute', 60];
    const count = Math.trunc(seconds / length);
    time.textContent = count === 0 ? 'just now' : relative.format(count, unit);
  }
};
refreshTimes();
setInterval(refreshTimes, 60000);
