"use strict";
/* The page's side of the room.

   The server speaks lines over the WebSocket, just as over TCP: chat/PROTOCOL.md says
   which.  What a user wrote comes into the page as text, never as HTML: there is
   `textContent` in this file, and no `innerHTML`.

   In this order: the parts of the page; the connection; lines that come; what is shown;
   people and rooms; lines that go; the keys. */

const KEPT_LINES = 2000; // on the page; older ones are dropped
const LINE_BYTES = 4096; // of a line, its end included: the server refuses more
const SENT_LINES = 100; // that the arrow keys bring back
const COMMANDS =
  "@all @people @room @rooms @history @register @unregister @help @exit".split(" ");
const LOBBY = "lobby"; // the room in which everyone begins
const WATCH_S = 20; // how often to look whether the server is there, and who is
const RETRY_S = [1, 2, 4, 8, 10]; // how soon a lost connection is tried again

const $ = (id) => document.getElementById(id);
const [state, lines, people, offers] = [$("state"), $("lines"), $("people"), $("offers")];
const [nameInput, lineInput, hiddenInput] = [$("name"), $("line"), $("hidden")];

let socket = null;
let myName = ""; // as the server writes it; "" if we are not in the room
let wanted = ""; // the name to come back with, while we want to be in the room
let tries = 0; // to come back
let retryTimer = 0;
let lastError = "";
let nameIsSent = false;
let asked = []; // for each @people that is not answered: did the user ask?
let registers = false; // @register was sent, and is not answered
let asksLater = false; // who is here, when no password is waited for
let isHeard = false; // the server has sent something since `watch` ran last
let unread = 0;

// ---- the connection

function connect() {
  clearTimeout(retryTimer);
  if (socket) {
    socket.onclose = null;
    socket.close();
  }
  let rest = ""; // of a line that has not ended
  myName = "";
  nameIsSent = false;
  asked = [];
  registers = asksLater = false;
  lastError = "";
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(`${scheme}//${location.host}/ws`);
  let isOpen = false;
  socket.onopen = () => {
    isOpen = true;
  };
  socket.onmessage = (event) => {
    isHeard = true;
    const [...parts] = (rest + event.data).split("\n");
    rest = parts.pop();
    parts.forEach(receive);
  };
  socket.onclose = (event) => (isOpen ? lost(event.code) : refused());
}

/* The connection has ended, and not because the user left. */
function lost(code) {
  const wasIn = myName !== "";
  socket = null;
  myName = "";
  showPeople();
  if (!wanted) {
    return;
  }
  if (asking && !wasIn) {
    return; // it took too long to type; what is typed is sent over the next connection
  }
  const wasAsked = asking !== "";
  asking = "";
  // 1008: the server does not want us as we are: a name that is taken, a ban.  But if a
  // connection broke, the server may still believe that its user is there.
  if (code === 1008 && (wasIn || tries === 0)) {
    return stop(lastError || "The server has ended the connection");
  }
  retry("The connection is lost");
  if (wasAsked) {
    hiddenInput.value = ""; // nobody waits for it; it must not be taken for a name
    showForms();
  }
}

/* There is no WebSocket.  A browser does not tell us why, but a request may. */
async function refused() {
  socket = null;
  let reason = "The server cannot be reached";
  try {
    const answer = await fetch("/", { cache: "no-store" });
    reason = answer.ok ? reason : (await answer.text()).trim();
  } catch {
    // It cannot be reached.
  }
  if (wanted && !socket) {
    retry(reason);
  }
}

function retry(reason) {
  const wait = RETRY_S[Math.min(tries, RETRY_S.length - 1)];
  tries += 1;
  say(`${reason}. Trying again …`, true);
  // Not all of a class at the same moment.
  retryTimer = setTimeout(connect, wait * 1000 * (0.75 + Math.random() / 2));
}

function stop(reason) {
  clearTimeout(retryTimer);
  wanted = asking = hiddenInput.value = "";
  tries = 0;
  if (socket) {
    socket.onclose = null;
    socket.close(1000);
    socket = null;
  }
  myName = "";
  myRoom = LOBBY;
  showPeople();
  showForms();
  say(reason, reason !== "");
}

function leave() {
  given.clear();
  stop("");
}

function send(line) {
  socket.send(`${line}\n`);
}

/* The server would take the next line for a password. */
function nextIsSecret() {
  return registers || asking !== "";
}

// ---- lines that come

/* What each kind of line looks like.  No name begins with "[" or holds a space or a
   colon, so no user can send a line that looks like another kind. */
const KINDS = [
  ["teacher", /^\[INFO\] (The teacher says: .*)$/s],
  ["info", /^\[INFO\] (.*)$/s],
  ["error", /^\[ERROR\] (.*)$/s],
  ["secret", /^\[SECRET\] (.*)$/s],
  ["earlier", /^(\[\d\d:\d\d\]) (\S+?): (.*)$/s],
  ["online", /^Online: (.*)$/s],
  ["online", /^(No other users connected)$/],
  ["info", /^(Rooms: .*)$/s],
  ["private", /^(\S+?) \(private\): (.*)$/s],
  ["public", /^(\S+?): (.*)$/s],
];

function receive(line) {
  const [kind, [, first, second, third]] = read(line);
  if (kind === "secret" || kind === "error") {
    registers = false;
  }
  if (kind === "secret") {
    return askSecret(first);
  }
  if (!myName) {
    return join(kind, first);
  }
  if (kind === "online" && asked.shift() === false) {
    return listPeople(first);
  }
  if (kind === "private" || kind === "public") {
    show({ kind, name: first, text: second });
  } else if (kind === "earlier") {
    show({ kind, clock: first, name: second, text: third });
  } else {
    if (kind === "info") {
      noteNews(first);
    }
    show({ kind, text: kind === "online" ? line : first });
  }
  if (kind === "error") {
    lastError = first;
    catchUp();
  }
}

function read(line) {
  for (const [kind, pattern] of KINDS) {
    const found = pattern.exec(line);
    if (found) {
      return [kind, found];
    }
  }
  return ["other", [line, line]];
}

/* An answer to our name, or to a secret, or the question for the name. */
function join(kind, text) {
  if (kind === "info" && !nameIsSent) {
    nameIsSent = true;
    return send(wanted);
  }
  if (kind === "error") {
    if (/^That is not the (key|password)/.test(text)) {
      given.delete(answered);
    }
    if (!nameIsSent || asking) {
      return say(text, true); // a key is asked for again; what is being typed stays
    }
  }
  const accepted = kind === "info" && /^You are (\S+)$/.exec(text);
  if (accepted) {
    myName = wanted = accepted[1];
    goBack();
    remember(myName);
    tries = 0;
    showForms();
    askForPeople();
    lineInput.focus();
  } else if (kind === "error") {
    lastError = text;
    if (tries) {
      socket.onclose = null;
      socket.close();
      socket = null;
      retry(text);
    } else {
      stop(text);
    }
  }
}

let asking = ""; // the question for a secret, while it is not answered
let answered = ""; // the last one that was
// What was answered, by question: so that the page can come back by itself.  It is in no
// storage, and forgotten when the user leaves.
const given = new Map();

function askSecret(question) {
  answered = question;
  if (!myName && given.has(question)) {
    return send(given.get(question));
  }
  asking = question;
  if (state.textContent.endsWith("…")) {
    say(""); // it is the user's turn now, and nothing else is waited for
  }
  $("question").textContent = question;
  showForms();
  hiddenInput.focus();
}

function answerSecret(secret) {
  given.set(asking, secret);
  asking = "";
  showForms();
  if (socket) {
    send(secret);
    catchUp();
    lineInput.focus();
  } else {
    connect(); // it took too long to type
  }
}

/* The tab's own memory: so that a page that is loaded again knows the name. */
function remember(name) {
  try {
    sessionStorage.setItem("name", name);
  } catch {
    // The browser keeps nothing.  Then the user types it.
  }
}

// ---- what is shown

let queued = [];

/* A burst of lines is put into the page at once. */
function show(line) {
  line.at = new Date();
  queued.push(line);
  if (queued.length === 1) {
    setTimeout(flush, 20);
  }
  if (document.hidden && !line.own && ["public", "private", "teacher"].includes(line.kind)) {
    unread += 1;
    document.title = `(${unread}) Chat`;
  }
}

function flush() {
  lines.append(...queued.splice(0).slice(-KEPT_LINES).map(row));
  while (lines.childElementCount > KEPT_LINES) {
    lines.firstElementChild.remove();
  }
  if (followsEnd) {
    goToEnd();
  } else {
    $("newest").hidden = false;
  }
}

let followsEnd = true; // the user has not scrolled up to read what was said

function goToEnd() {
  lines.scrollTop = lines.scrollHeight;
}

function row({ kind, clock, name, to, text, own, at }) {
  const item = make("li", kind);
  item.title = at.toLocaleTimeString();
  item.classList.toggle("own", Boolean(own));
  if (clock) {
    item.append(`${clock} `);
  }
  if (name) {
    item.append(nameInText(name));
    if (kind === "private") {
      item.append(" ", make("span", "mark", "privately"));
    }
    if (to) {
      item.append(" to ", nameInText(to));
    }
    item.append(": ");
  }
  item.append(make("span", "text", text));
  return item;
}

function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  element.dir = text ? "auto" : "";
  return element;
}

/* A name in its colour; a click on it begins a message to it. */
function nameButton(name) {
  const button = make("button", "name", name);
  button.type = "button";
  button.title = name === myName ? "You" : `Write to ${name}`;
  button.style.setProperty("--hue", hue(name));
  button.onclick = () => address(name);
  return button;
}

/* Among the messages the Tab key does not stop at names: there may be thousands, and it
   stops at those in the list of people. */
function nameInText(name) {
  const button = nameButton(name);
  button.tabIndex = -1;
  return button;
}

/* The same name has the same colour on every screen.  (The hash is FNV-1a: even
   names that are alike get colours that are not.) */
function hue(name) {
  let hash = 0x811c9dc5;
  for (const char of name.toLowerCase()) {
    hash = Math.imul(hash ^ char.codePointAt(0), 0x01000193);
  }
  return (hash >>> 0) % 360;
}

function address(name) {
  const text = lineInput.value.replace(/^@\S*\s*/, "");
  lineInput.value = `@${name} ${text}`;
  lineInput.focus();
  offer();
}

function say(text, isBad = false) {
  state.textContent = text;
  state.classList.toggle("bad", isBad);
}

function showForms() {
  const isIn = wanted !== "" && (myName !== "" || tries > 0);
  $("secret").hidden = !asking;
  $("join").hidden = isIn || asking !== "";
  $("say").hidden = !isIn || asking !== "";
  $("leave").hidden = !isIn && !asking;
  if (!isIn && !asking) {
    nameInput.focus();
  }
}

function markRead() {
  if (!document.hidden) {
    unread = 0;
    document.title = "Chat";
  }
}

// ---- people and rooms

let myRoom = LOBBY;
let here = new Map(); // the room of everyone but us, in the order in which they joined

function askForPeople() {
  asksLater = nextIsSecret();
  if (!asksLater) {
    asked.push(false);
    send("@people");
  }
}

/* Ask what could not be asked while a password was waited for. */
function catchUp() {
  if (asksLater && myName) {
    askForPeople();
  }
}

/* `bob, carol (team1)`: whoever is listed without a room is in ours. */
function listPeople(text) {
  const listed = text.startsWith("No other") ? [] : text.split(", ");
  here = new Map(listed.map((one) => /^(\S+?)(?: \((\S+)\))?$/.exec(one).slice(1)));
  here.forEach((room, name) => here.set(name, room || myRoom));
  showPeople();
}

/* What the server tells of people and rooms, in lines of its own. */
function noteNews(text) {
  const news = /^(\S+) (joined|left|went to (\S+)|came from \S+)$/.exec(text);
  const entered = /^You are in (\S+)$/.exec(text);
  const registered = /^The name (\S+) is yours$/.exec(text);
  if (news) {
    const [, name, what, room] = news;
    what === "left" ? here.delete(name) : here.set(name, room || myRoom);
    showPeople();
  } else if (entered) {
    myRoom = entered[1];
    sayWhere();
    askForPeople();
  } else if (registered) {
    // If the connection breaks, the server asks for it in other words.
    const [, name] = registered;
    const password = given.get(`Please send a password for ${name}`);
    given.set(`Please send the password of ${name}`, password);
  } else if (text.startsWith("The teacher has brought everyone to ")) {
    askForPeople();
  } else if (text.startsWith("Commands: ")) {
    // A server may have no rooms, and no names that belong to someone.
    commands = COMMANDS.filter((word) => word === "@exit" || text.includes(word));
    $("change").hidden = !commands.includes("@room");
  }
}

/* Not all that happens in other rooms is told to us. */
function refresh() {
  const rooms = new Set([myRoom, LOBBY, ...here.values()]);
  if (socket && myName && rooms.size > 1 && !document.hidden) {
    askForPeople();
  }
}

/* A server whose machine has lost its network, or sleeps, says nothing.  A browser would
   notice that after many minutes.  So a silent server is asked; if nothing comes until
   the next time, the connection is lost. */
function watch() {
  if (!socket || !myName) {
    return;
  }
  if (isHeard) {
    refresh();
  } else if (asked.length) {
    socket.onclose = null;
    socket.close();
    lost(1006);
  } else {
    askForPeople();
  }
  isHeard = false;
}

/* After a connection was lost, to the room where we were. */
function goBack() {
  const room = myRoom;
  myRoom = LOBBY;
  sayWhere();
  if (room !== LOBBY) {
    send(`@room ${room}`);
  }
}

function sayWhere() {
  say(myRoom === LOBBY ? `You are ${myName}` : `You are ${myName}, in ${myRoom}`);
}

/* Those in our room first, and then each other room. */
function showPeople() {
  $("here").hidden = !myName;
  if (!myName) {
    here.clear();
    return;
  }
  const rooms = new Map([[LOBBY, []], [myRoom, [myName]]]);
  for (const [name, room] of here) {
    rooms.set(room, [...(rooms.get(room) || []), name]);
  }
  const ours = rooms.get(myRoom);
  rooms.delete(myRoom);
  $("where").textContent = myRoom;
  $("count").textContent = ours.length;
  const before = new Map(shown);
  shown.clear();
  const focused = document.activeElement;
  setChildren(people, ours.map((name) => personItem(name, before)));
  setChildren($("elsewhere"), [...rooms].map((room) => roomSection(room, before)));
  if (focused !== document.activeElement) {
    (focused.isConnected ? focused : lineInput).focus();
  }
}

const shown = new Map(); // what the lists of people and rooms consist of

/* Give `parent` these children.  Those that stay are not touched.  If they were made
   again, a user of the Tab key would lose their place in the list whenever somebody
   joins, and a click at that moment would be lost. */
function setChildren(parent, wanted) {
  [...parent.children].filter((child) => !wanted.includes(child)).forEach((child) => child.remove());
  wanted.forEach((child, n) => {
    if (parent.children[n] !== child) {
      parent.insertBefore(child, parent.children[n] || null);
    }
  });
}

/* Return what is shown under this key, or make it. */
function kept(key, before, made) {
  shown.set(key, before.get(key) || made());
  return shown.get(key);
}

function personItem(name, before) {
  const own = name === myName ? " (you)" : "";
  return kept(name + own, before, () => {
    const item = document.createElement("li");
    item.append(nameButton(name), own);
    return item;
  });
}

function roomSection([room, names], before) {
  const section = kept(`@room ${room}`, before, () => makeRoomSection(room));
  section.querySelector("button").textContent = `${room}: ${names.length}`;
  setChildren(section.lastElementChild, names.map((name) => personItem(name, before)));
  return section;
}

function makeRoomSection(room) {
  const [section, heading, list] = ["section", "h3", "ul"].map((tag) => make(tag, ""));
  const button = make("button", "room", "");
  button.type = "button";
  button.title = `Go to ${room}`;
  button.onclick = () => nextIsSecret() || send(`@room ${room}`);
  heading.append(button);
  section.append(heading, list);
  return section;
}

// ---- lines that go

let sent = []; // the lines that were sent, the oldest first
let shownSent = 0; // where the arrow keys are in it
let draft = ""; // what was typed when they began
let commands = COMMANDS; // those that this server has

function submit(text) {
  const line = text.trim();
  if (!line || !socket || !myName || registers) {
    return false;
  }
  if (/^@exit(\s|$)/i.test(line)) {
    leave();
    return true;
  }
  if (line === "@") {
    return false; // the names are offered
  }
  // As in every chat: what is for nobody else is for everyone.
  const full = line.startsWith("@") ? line : `@all ${line}`;
  if (new TextEncoder().encode(full).length >= LINE_BYTES) {
    say("This line is too long; please send it in parts", true);
    return false;
  }
  send(full);
  registers = /^@register(\s|$)/i.test(full.normalize("NFKC"));
  sayWhere();
  echo(full);
  sent = [...sent.filter((old) => old !== text), text].slice(-SENT_LINES);
  shownSent = sent.length;
  return true;
}

/* The server does not send us what we say, so it is shown here. */
function echo(line) {
  const [, target, text] = /^@(\S*) *(.*)$/s.exec(line);
  const word = target.toLowerCase();
  if (word === "people") {
    asked.push(true);
  } else if (word === "all" && text) {
    show({ kind: "public", name: myName, text, own: true });
  } else if (target && text && !COMMANDS.includes(`@${word}`)) {
    show({ kind: "private", name: myName, to: target, text, own: true });
  }
}

// ---- the keys

function browse(step) {
  const index = shownSent + step;
  if (index < 0 || index > sent.length) {
    return;
  }
  draft = shownSent === sent.length ? lineInput.value : draft;
  shownSent = index;
  lineInput.value = index === sent.length ? draft : sent[index];
}

/* What the text before the cursor may become, as in the terminal: its first word a command
   or a name, and a later one a name, or after @room a room. */
function matches() {
  const before = lineInput.value.slice(0, lineInput.selectionStart);
  const [, start, word] = /^(.*?)(\S*)$/s.exec(before);
  const names = [...here.keys()];
  let words = word ? names : [];
  if (!start.trim()) {
    words = word ? [...names.map((name) => `@${name}`), ...commands] : [];
  } else if (/^\s*@room\s+$/i.test(start)) {
    words = [...new Set([LOBBY, ...here.values()])];
  }
  return words
    .filter((one) => one.toLowerCase().startsWith(word.toLowerCase()))
    .map((one) => start + one);
}

/* While the user types, only what begins with an @ is a reason to offer anything. */
function offer() {
  showOffers(/^@(\S*|room \S*)$/i.test(lineInput.value) ? matches() : []);
}

function showOffers(texts) {
  offers.hidden = texts.length === 0;
  offers.replaceChildren(
    ...texts.map((text) => {
      const item = document.createElement("li");
      const label = /^@room /i.test(text) ? text : text.split(/\s/).pop();
      const button = make("button", "", label);
      button.type = "button";
      button.tabIndex = -1; // the Tab key completes; so it need not be stopped at
      button.onclick = () => complete(text);
      item.append(button);
      return item;
    }),
  );
}

/* Put `text` in place of what is before the cursor. */
function retype(text) {
  lineInput.value = text + lineInput.value.slice(lineInput.selectionStart);
  lineInput.setSelectionRange(text.length, text.length);
}

function complete(text) {
  retype(`${text} `);
  lineInput.focus();
  offer();
}

/* As in a terminal: as far as all that fits agrees. */
function completeCommon() {
  const texts = matches();
  if (texts.length === 1) {
    return complete(texts[0]);
  }
  let common = texts[0];
  for (const text of texts) {
    while (!text.toLowerCase().startsWith(common.toLowerCase())) {
      common = common.slice(0, -1);
    }
  }
  if (common.length > lineInput.selectionStart) {
    retype(common);
  }
  showOffers(matches());
}

lineInput.onkeydown = (event) => {
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) {
    return;
  }
  if (event.key === "Tab" && !event.shiftKey && matches().length) {
    completeCommon();
  } else if (event.key === "ArrowUp") {
    browse(-1);
  } else if (event.key === "ArrowDown") {
    browse(1);
  } else if (event.key === "Escape") {
    offers.hidden = true;
  } else {
    return;
  }
  event.preventDefault();
};
lineInput.oninput = offer;

$("say").onsubmit = (event) => {
  event.preventDefault();
  if (submit(lineInput.value)) {
    lineInput.value = draft = "";
    offer();
  }
};

$("join").onsubmit = (event) => {
  event.preventDefault();
  wanted = nameInput.value.trim();
  if (wanted) {
    tries = 0;
    say("Connecting …");
    connect();
  }
};

$("secret").onsubmit = (event) => {
  event.preventDefault();
  const secret = hiddenInput.value;
  hiddenInput.value = "";
  answerSecret(secret);
};

$("leave").onclick = leave;

$("change").onclick = () => {
  lineInput.value = "@room ";
  lineInput.focus();
  offer();
};

$("newest").onclick = goToEnd;
lines.onscroll = () => {
  followsEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 60;
  $("newest").hidden ||= followsEnd;
};
// A phone's keyboard takes half of the window.
new ResizeObserver(() => followsEnd && goToEnd()).observe(lines);

document.onvisibilitychange = () => {
  markRead();
  refresh();
};
setInterval(watch, WATCH_S * 1000);
window.onfocus = markRead;
// A laptop that wakes up, or finds its network again, need not wait.
window.ononline = () => {
  if (wanted && !socket) {
    connect();
  }
};

try {
  nameInput.value = sessionStorage.getItem("name") || "";
} catch {
  // As in `remember`.
}
nameInput.focus();
