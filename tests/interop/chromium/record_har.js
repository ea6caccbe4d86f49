// SPDX-License-Identifier: MIT
// Lets a headless Chromium run a page once for each URL, and Playwright export what it saw as a HAR
// file: the archive is neither our program's nor our tests'.
//
// usage: record_har.js CHROMIUM PAGE.html OUT.har URL...
//
// The page finds the URL as ?url=... in its query. Prints as JSON what each page's window.finished
// gives.
'use strict';

const { pathToFileURL } = require('url');
const { chromium } = require('playwright-core');

const kPatience = 60000;

async function run(context, page, url) {
  const tab = await context.newPage();
  tab.setDefaultTimeout(kPatience);
  const address = pathToFileURL(page);
  address.searchParams.set('url', url);
  await tab.goto(address.href);
  return tab.evaluate(() => window.finished);
}

async function main([executablePath, page, path, ...urls]) {
  const args = ['--no-proxy-server', '--disable-dev-shm-usage', '--disable-gpu'];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const context = await browser.newContext({ recordHar: { path, content: 'embed' } });
    const results = [];
    for (const url of urls) {
      results.push(await run(context, page, url));
    }
    await context.close(); // Writes the archive.
    console.log(JSON.stringify(results));
  } finally {
    await browser.close();
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`record_har: ${error.message}`);
  process.exitCode = 1;
});
