// Searches all pages: places.js has set COURSE, a list of {href, page, heading, text}.
const MOST = 40, AROUND = 90;
const field = document.querySelector("#ask"), said = document.querySelector("#found");
const list = document.querySelector("#places");
const plain = text => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
for (const place of COURSE) {
  place.head = plain(`${place.page} ${place.heading}`);
  place.body = plain(place.text);
}

// A word in a heading counts as much as ten in the text; each word has to stand in a place, or it is left out.
function worth(place, words) {
  let sum = 0;
  for (const word of words) {
    const here = (place.head.includes(word) ? 10 : 0) + Math.min(9, place.body.split(word).length - 1);
    if (!here) return 0;
    sum += here + (plain(place.heading) === word ? 50 : 0);
  }
  return sum;
}

// A piece of the text around the first word, cut between words.
function piece(place, words) {
  const at = Math.max(0, Math.min(...words.map(word => place.body.indexOf(word)).filter(at => at >= 0), place.text.length));
  const start = at < AROUND ? 0 : place.text.indexOf(" ", at - AROUND) + 1;
  const end = place.text.lastIndexOf(" ", at + AROUND);
  const long = at + AROUND < place.text.length;
  return (start ? "… " : "") + place.text.slice(start, long && end > at ? end : undefined) + (long ? " …" : "");
}

function search() {
  const asked = field.value.trim(), words = plain(asked).split(/\s+/).filter(Boolean);
  const found = words.length ? COURSE.map(place => [worth(place, words), place]).filter(([sum]) => sum) : [];
  found.sort(([one], [other]) => other - one);
  list.replaceChildren(...found.slice(0, MOST).map(([, place]) => {
    const item = document.createElement("li"), link = document.createElement("a"), text = document.createElement("p");
    link.href = place.href;
    link.textContent = place.heading ? `${place.page}: ${place.heading}` : place.page;
    text.textContent = piece(place, words);
    item.append(link, text);
    return item;
  }));
  said.textContent = !words.length ? "Write one or more words into the field above."
    : !found.length ? `Nothing was found for “${asked}”. Try fewer or shorter words.`
    : `${found.length === 1 ? "1 place" : `${found.length} places`} for “${asked}”`
      + (found.length > MOST ? `; the first ${MOST} are shown.` : ".");
}

field.value = new URLSearchParams(location.search).get("q") ?? "";
field.addEventListener("input", search);
field.form.addEventListener("submit", event => { event.preventDefault(); search(); });
search();
