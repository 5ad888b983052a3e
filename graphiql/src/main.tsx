import './workers';
import './style.css';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { createLocalStorage } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { fetcher } from './fetcher';
import { JOURNEY_PLUGIN } from './journey';
import { loadChannels } from './session';
import { SESSION_PLUGIN, Standing } from './session-panel';
import { stepsOf } from './steps';

const plugins = [JOURNEY_PLUGIN, SESSION_PLUGIN, explorerPlugin({ showAttribution: false }), HISTORY_PLUGIN];
const tabs = stepsOf('shop').map(({ query, variables }) => ({ query, variables }));
// Other programs of the same address, such as another GraphiQL on port 8000, keep their own.
const storage = createLocalStorage({ namespace: 'merx' });

function Page() {
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={plugins}
      visiblePlugin={JOURNEY_PLUGIN}
      defaultTabs={tabs}
      defaultEditorToolsVisibility="variables"
      showPersistHeadersSettings={false}
      storage={storage}
    >
      <GraphiQL.Logo>
        <Standing />
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

const root = document.getElementById('page');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
}
loadChannels().catch(() => undefined); // Without them the pickers offer the default channel, and the first request tells why.
