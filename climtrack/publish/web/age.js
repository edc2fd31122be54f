// How old the data are is told when the page is read, for a stored page cannot know it. Without a script their date stands.
document.querySelectorAll("[data-until]").forEach((element) => {
  const days = Math.floor((Date.now() - Date.parse(element.dataset.until)) / 864e5), usual = +element.dataset.usual;
  const late = usual > 0 && days > usual;
  for (const text of element.children) text.textContent = text.dataset.age.split("|")[late ? 2 : +(days !== 1)].replace("{n}", days);
  element.classList.toggle("late", late);
  element.hidden = days < 0;  // the reader's clock is wrong
});
