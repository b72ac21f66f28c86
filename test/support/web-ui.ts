/** The Temporal Web UI as a person sees it: a browser, the pages of one workflow, their visible text. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { embeddedServer } from './temporal-cli';

const CHROMIUM = '/usr/bin/chromium';
/** No sandbox of its own: it runs as root here. Nothing that would look for a network. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const SIZE = { width: 1400, height: 1000 };
/** A page asks the worker for the details; on a busy machine that takes seconds. */
const SHOWS_WITHIN_MS = 30_000;
const IMAGES = join(__dirname, '../../docs/images');

export interface WebUi {
  readonly page: Page;
  /** A path below the namespace. */
  open(path: string): Promise<void>;
  /** Of the workflow's page: the tab that is so called. */
  openTab(name: string): Promise<void>;
  /** Waits until the visible text, that of frames included, has all of these; tells the whole text. */
  shows(...wanted: readonly string[]): Promise<string>;
  /** Into docs/images with LOCKSTEP_UPDATE_SCREENSHOTS=1, else where nobody minds; tells its path. */
  screenshot(name: string): Promise<string>;
  close(): Promise<void>;
}

export async function openWebUi(env: NodeJS.ProcessEnv): Promise<WebUi> {
  const { webUi } = await embeddedServer(env);
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  const page = await browser.newPage({ viewport: SIZE });
  page.setDefaultTimeout(SHOWS_WITHIN_MS);
  const shows = (...wanted: readonly string[]) => shownIn(page, wanted);
  return {
    page,
    shows,
    open: async (path) => void (await page.goto(`${webUi}/namespaces/default/${path}`)),
    openTab: async (name) => page.getByRole('tab', { name }).filter({ visible: true }).first().click(),
    screenshot: async (name) => {
      const update = process.env['LOCKSTEP_UPDATE_SCREENSHOTS'] === '1';
      const path = join(update ? IMAGES : await mkdtemp(join(tmpdir(), 'lockstep-screenshot-')), name);
      await page.screenshot({ path });
      return path;
    },
    close: () => browser.close(),
  };
}

async function shownIn(page: Page, wanted: readonly string[]): Promise<string> {
  const until = performance.now() + SHOWS_WITHIN_MS;
  for (;;) {
    const text = await visibleText(page);
    const missing = wanted.filter((one) => !text.includes(one));
    if (missing.length === 0) return text;
    if (performance.now() > until) throw new Error(`${page.url()} does not show ${missing.join(' | ')}\n${text}`);
    // On a busy machine its server may have no answer in time; then the page asks for just this.
    if (text.includes('Try a refresh')) await page.reload();
    await page.waitForTimeout(250);
  }
}

/** In one line; a frame that goes away while it is read is read again by the next look. */
async function visibleText(page: Page): Promise<string> {
  const texts = page.frames().map((frame) => frame.innerText('body', { timeout: 2_000 }).catch(() => ''));
  return (await Promise.all(texts)).join(' ').replace(/\s+/g, ' ');
}
