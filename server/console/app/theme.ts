/**
 * Dark, light, or as the system says.
 * @module
 */
import { computed, effect, signal } from "@preact/signals";

/** What a person may choose. */
export type Theme = "system" | "light" | "dark";
const KEY = "habit-theme";

/** The choice; kept in this browser. */
export const theme = signal<Theme>((localStorage.getItem(KEY) as Theme | null) ?? "system");

const system = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(system.matches);
system.addEventListener("change", () => systemIsDark.value = system.matches);

/** Whether the page is dark now; canvases draw anew when it changes. */
export const isDark = computed(() =>
  theme.value === "system" ? systemIsDark.value : theme.value === "dark"
);

/** Puts the choice on the page, and whenever it changes. */
export function applyTheme(): void {
  effect(() => {
    localStorage.setItem(KEY, theme.value);
    if (theme.value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.value;
  });
}
