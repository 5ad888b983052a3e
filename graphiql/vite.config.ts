import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Where the crate `graphiql` looks for the built page. */
const OUT = 'embed/dist';
/** What gains nothing from being compressed again. */
const PACKED = /\.(woff2|gz)$/;

/** Writes `file.gz` beside every built file: the binary holds that one, and the server inflates it for the few who ask. */
function compress(): Plugin {
  return {
    name: 'merx-compress',
    apply: 'build',
    closeBundle() {
      for (const entry of readdirSync(OUT, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile() && !PACKED.test(path)) {
          writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
        }
      }
    },
  };
}

export default defineConfig({
  base: '/graphiql/',
  plugins: [react(), compress()],
  worker: { format: 'es' },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2022',
    // Nothing inline: the policy of the page allows neither scripts in it nor data: addresses for fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The editor is one large piece; it is loaded once and kept for good.
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      onwarn(warning, warn) {
        // "use no memo" and "use client" speak to compilers that do not run here.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
  // `npm run dev` beside a server: the page reloads as it is edited, the server answers.
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:8000', ws: true } } },
});
