import "./style.css";

const clock = document.querySelector("#clock");
const format = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const show = () => (clock.textContent = format.format(new Date()));
show();
setInterval(show, 1000);
