/**
 * Sign-in, and the first administrator.
 * @module
 */
import { useState } from "preact/hooks";
import { ApiError, enter, type Entrance, reachable } from "../api.ts";
import { forget } from "../query.ts";

function Field({ label, ...input }: {
  label: string;
  name: string;
  type?: "password";
  autocomplete?: string;
  hint?: string;
}) {
  const { hint, type, ...rest } = input;
  const more = { ...rest, "aria-describedby": hint && `${input.name}-hint` };
  return (
    <label>
      {label}
      {type
        ? <input required type="password" spellcheck={false} {...more} />
        : <input required type="text" spellcheck={false} {...more} />}
      {hint && <small id={`${input.name}-hint`}>{hint}</small>}
    </label>
  );
}

/** The page for whoever is not signed in. */
export function SignIn({ ways }: { ways: Entrance }) {
  const { first, oidc } = ways;
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const body = Object.fromEntries(new FormData(event.target as HTMLFormElement));
    setBusy(true);
    setError("");
    try {
      forget();
      await enter(first ? "first" : "sign-in", body);
    } catch (error) {
      setError(error instanceof ApiError ? error.message : String(error));
    }
    setBusy(false);
  };
  return (
    <main class="sign-in" id="main">
      <form onSubmit={submit}>
        <img src="/assets/icon.svg" alt="" width="36" height="36" />
        <h1>{first ? "First administrator" : "Sign in to Habit"}</h1>
        {first && (
          <Field
            label="One-time code"
            name="code"
            autocomplete="one-time-code"
            hint="The server writes it to its log when it starts without any account."
          />
        )}
        <Field label="Name" name="name" autocomplete="username" />
        <Field
          label="Password"
          name="password"
          type="password"
          autocomplete={first ? "new-password" : "current-password"}
          hint={first ? "At least 12 characters." : undefined}
        />
        <p class="error" role="alert">
          {reachable.value ? error : "The server does not answer; trying again."}
        </p>
        <button type="submit" class="primary" disabled={busy}>
          {first ? "Make the account" : "Sign in"}
        </button>
        {oidc && !first && (
          <a class="button" href="/auth/oidc/start">Sign in with your organisation</a>
        )}
      </form>
    </main>
  );
}
