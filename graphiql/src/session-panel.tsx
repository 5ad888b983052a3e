/** The panel for who asks, in which channel and language. */
import { Button, useGraphiQL, useGraphiQLActions, type GraphiQLPlugin } from '@graphiql/react';
import { useEffect, useState, type FormEvent } from 'react';
import { memory } from './memory';
import { currentChannel, headers, Refusal, session, signIn, signOut } from './session';

const LOCALES = [
  ['', 'As the browser says'],
  ['en', 'English'],
  ['de', 'Deutsch'],
] as const;

function SignIn() {
  const { introspect } = useGraphiQLActions();
  const [problem, setProblem] = useState('');
  const [second, setSecond] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const said = (name: string) => String(form.get(name) ?? '');
    try {
      await signIn(said('email').trim(), said('password'), said('totp').trim());
      setProblem('');
      await introspect(); // Staff sees more of the schema.
    } catch (error) {
      if (!(error instanceof Refusal)) return setProblem(`The server did not answer: ${String(error)}`);
      if (error.code === 'MFA_REQUIRED') setSecond(true);
      setProblem(error.message);
    }
  };
  return (
    <form className="merx-form" onSubmit={submit}>
      <label htmlFor="merx-email">E-mail of staff</label>
      <input id="merx-email" name="email" type="email" autoComplete="username" spellCheck={false} required />
      <label htmlFor="merx-password">Password</label>
      <input id="merx-password" name="password" type="password" autoComplete="current-password" required />
      {second && (
        <>
          <label htmlFor="merx-totp">Code of the authenticator</label>
          <input id="merx-totp" name="totp" inputMode="numeric" autoComplete="one-time-code" />
        </>
      )}
      {problem && <p role="alert">{problem}</p>}
      <Button type="submit">Sign in</Button>
      <p>
        In the demo shop it is <code>admin@example.com</code> with <code>demo-admin-password</code>. You are signed in
        until you sign out or close this browser tab.
      </p>
    </form>
  );
}

function SignOut() {
  const { introspect } = useGraphiQLActions();
  return (
    <div className="merx-form">
      <p>You are staff.</p>
      <Button
        type="button"
        onClick={() => {
          void signOut();
          void introspect();
        }}
      >
        Sign out
      </Button>
    </div>
  );
}

function Session() {
  const { token, channel, locale, channels } = session.use();
  const sent = Object.entries(headers()).map(([name, value]) => `${name}: ${name === 'authorization' ? 'Bearer …' : value}`);
  return (
    <div className="merx-panel">
      <h2>Session</h2>
      {token ? <SignOut /> : <SignIn />}
      <div className="merx-form">
        <label htmlFor="merx-channel">Channel</label>
        <select
          id="merx-channel"
          value={channel || channels[0]?.slug}
          onChange={(event) => {
            // A cart belongs to the channel that it was made in.
            memory.forget();
            session.set({ channel: event.target.value });
          }}
        >
          {channels.map(({ slug, name, currencyCode }) => (
            <option key={slug} value={slug}>
              {name} ({slug}, {currencyCode})
            </option>
          ))}
        </select>
        <label htmlFor="merx-locale">Language</label>
        <select id="merx-locale" value={locale} onChange={(event) => session.set({ locale: event.target.value })}>
          {LOCALES.map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <h3>Sent with every request</h3>
      <pre className="merx-sent">{sent.join('\n') || 'nothing: a shopper in the default channel'}</pre>
      <p>What you write under Headers wins over these.</p>
    </div>
  );
}

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round">
      <circle cx="12" cy="8" r="3.75" />
      <path d="M4.5 20c.6-3.9 3.6-6 7.5-6s6.9 2.1 7.5 6" />
    </svg>
  );
}

export const SESSION_PLUGIN: GraphiQLPlugin = { title: 'Session', icon: Icon, content: Session };

/** Room for documents beside a panel, and names with a dash or an accent are nothing to warn of. */
function useEditorOptions() {
  const editors = useGraphiQL(({ queryEditor, variableEditor, responseEditor }) => ({
    queryEditor,
    variableEditor,
    responseEditor,
  }));
  useEffect(() => {
    for (const editor of Object.values(editors)) {
      editor?.updateOptions({ fontSize: 13, wordWrap: 'on', unicodeHighlight: { ambiguousCharacters: false } });
    }
  }, [editors]);
}

/** Who asks and where, in the corner of the page. */
export function Standing() {
  useEditorOptions();
  const { setVisiblePlugin } = useGraphiQLActions();
  const { token } = session.use();
  const channel = currentChannel()?.slug;
  return (
    <button type="button" className="merx-standing" title="Session" onClick={() => setVisiblePlugin(SESSION_PLUGIN)}>
      <strong>Merx</strong>
      <span data-staff={token !== ''}>{token ? 'staff' : 'shopper'}</span>
      {channel && <span>{channel}</span>}
    </button>
  );
}
