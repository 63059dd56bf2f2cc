/**
 * Forms: labelled fields, and what is typed as an object when it is sent.
 * @module
 */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

/** A labelled field of one line. */
export function TextField({ label, name, hint, type, ...more }: {
  label: string;
  name: string;
  hint?: string;
  type?: "text" | "number" | "password" | "url";
  value?: string | number;
  min?: number;
  max?: number;
  step?: number | "any";
  minLength?: number;
  required?: boolean;
}) {
  const { value, required = true, ...rest } = more;
  const input = {
    ...rest,
    name,
    required,
    autocomplete: type === "password" ? "new-password" : "off",
    defaultValue: value === undefined ? undefined : String(value),
    "aria-describedby": hint && `${name}-hint`,
  } as const;
  return (
    <label>
      {label}
      {type === "number"
        ? <input type="number" {...input} />
        : type === "password"
        ? <input type="password" {...input} />
        : <input type="text" {...input} />}
      {hint && <small id={`${name}-hint`}>{hint}</small>}
    </label>
  );
}

/** Boxes of which any number may be ticked; the values are what the form sends under the name. */
export function Boxes({ legend, name, options, checked }: {
  legend: string;
  name: string;
  options: Readonly<Record<string, string>>;
  checked?: readonly string[];
}) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {Object.entries(options).map(([value, title]) => (
        <label class="inline" key={value}>
          <input
            type="checkbox"
            name={name}
            value={value}
            defaultChecked={checked?.includes(value)}
          />
          {title}
        </label>
      ))}
    </fieldset>
  );
}

/** A form that stays still while it sends; `onSend` gets what was typed, true empties the form. */
export function Form({ action, onSend, onInput, children }: {
  /** Of the button. */
  action: string;
  onSend: (data: FormData) => Promise<boolean>;
  /** Hears of what is typed. */
  onInput?: (data: FormData) => void;
  children: ComponentChildren;
}) {
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    setBusy(true);
    if (await onSend(new FormData(form))) form.reset();
    setBusy(false);
  };
  return (
    <form
      class="form"
      onSubmit={submit}
      onInput={onInput && ((event) => onInput(new FormData(event.currentTarget)))}
    >
      {children}
      <div>
        <button type="submit" class="primary" disabled={busy}>{action}</button>
      </div>
    </form>
  );
}
