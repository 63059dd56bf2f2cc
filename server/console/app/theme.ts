/**
 * Dark, light, or as the system says.
 * @module
 */
import { effect, signal } from "@preact/signals";

/** What a person may choose. */
export type Theme = "system" | "light" | "dark";
const KEY = "habit-theme";

/** The choice; kept in this browser. */
export const theme = signal<Theme>((localStorage.getItem(KEY) as Theme | null) ?? "system");

/** Puts the choice on the page, and whenever it changes. */
export function applyTheme(): void {
  effect(() => {
    localStorage.setItem(KEY, theme.value);
    if (theme.value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.value;
  });
}
