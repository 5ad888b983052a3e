/** The panel that leads through a purchase and the work of staff. */
import { useGraphiQL, useGraphiQLActions, type GraphiQLPlugin } from '@graphiql/react';
import { useEffect } from 'react';
import { memory } from './memory';
import { session } from './session';
import { stepsOf, type Step } from './steps';

/** Shows a step in its tab; opens one when it was closed. */
function useOpen(): (step: Step) => void {
  const { addTab, changeTab } = useGraphiQLActions();
  const { tabs, queryEditor, variableEditor } = useGraphiQL((state) => ({
    tabs: state.tabs,
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
  }));
  return (step) => {
    const index = tabs.findIndex((tab) => tab.title === step.operation);
    if (index >= 0) {
      changeTab(index);
    } else {
      addTab();
      queryEditor?.setValue(step.query);
      variableEditor?.setValue(step.variables);
    }
    queryEditor?.focus();
  };
}

function StepList({ group, active }: { group: string; active: string | undefined }) {
  const open = useOpen();
  const { done } = memory.use();
  const steps = stepsOf(group);
  // What follows the last that was done; only the purchase says where to begin.
  const last = steps.findLastIndex((step) => done.includes(step.operation));
  const next = last >= 0 || group === 'shop' ? steps[last + 1] : undefined;
  return (
    <ol className="merx-steps">
      {steps.map((step, index) => {
        const state = done.includes(step.operation) ? 'done' : step === next ? 'next' : 'open';
        return (
          <li key={step.operation}>
            <button
              type="button"
              className="merx-step"
              data-state={state}
              aria-current={step.operation === active ? 'step' : undefined}
              onClick={() => open(step)}
            >
              <span className="merx-mark" aria-hidden="true">
                {state === 'done' ? '✓' : index + 1}
              </span>
              <span>
                <span className="merx-name">{step.operation}</span>
                <span className="merx-purpose">{step.purpose}</span>
              </span>
              {state === 'done' && <span className="merx-hidden">, done</span>}
            </button>
          </li>
        );
      })}
    </ol>
  );
}

function Remembered() {
  const values = Object.entries(memory.use().values);
  if (values.length === 0) return null;
  return (
    <section>
      <h3>
        Remembered
        <button type="button" className="merx-link" onClick={() => memory.forget()}>
          Forget
        </button>
      </h3>
      <dl className="merx-values">
        {values.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd title={String(value)}>{String(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Journey() {
  const { token } = session.use();
  const { setVisiblePlugin } = useGraphiQLActions();
  const active = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.title);
  useEffect(() => {
    document.querySelector('.graphiql-tab-active')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [active]);
  const live = stepsOf('live');
  return (
    <div className="merx-panel">
      <h2>Buy something</h2>
      <p>
        Open a step, press <kbd>Ctrl</kbd> <kbd>Enter</kbd>, go on with the next. <code>{'{{names}}'}</code> in the variables
        are filled with what earlier answers gave.
      </p>
      <StepList group="shop" active={active} />
      <section>
        <h3>
          Work as staff
          {!token && (
            <button type="button" className="merx-link" onClick={() => setVisiblePlugin('Session')}>
              Sign in
            </button>
          )}
        </h3>
        <StepList group="staff" active={active} />
      </section>
      {live.length > 0 && (
        <section>
          <h3>Watch</h3>
          <StepList group="live" active={active} />
        </section>
      )}
      <Remembered />
    </div>
  );
}

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round">
      <path d="M3 4h2.2l2.3 11h10.3L20.5 7H6" />
      <circle cx="9" cy="19.5" r="1.4" />
      <circle cx="16.5" cy="19.5" r="1.4" />
    </svg>
  );
}

export const JOURNEY_PLUGIN: GraphiQLPlugin = { title: 'Journey', icon: Icon, content: Journey };
