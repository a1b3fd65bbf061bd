import { render } from "solid-js/web";
import { App } from "./App";
import { loadState } from "./session/session";
import { applyTheme } from "./theme/theme";

const root = document.getElementById("app");
if (!root) throw new Error("index.html has no #app element");

applyTheme();
void loadState();
render(() => <App />, root);
