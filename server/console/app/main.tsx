/**
 * Starts the console.
 * @module
 */
import { render } from "preact";
import { takeToken } from "./api.ts";
import { followLinks } from "./router.ts";
import { Shell } from "./shell.tsx";
import { applyTheme } from "./theme.ts";

takeToken();
applyTheme();
followLinks();
render(<Shell />, document.getElementById("app")!);
