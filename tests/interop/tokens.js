// SPDX-License-Identifier: MIT
// Prints tokens of npm's jose, a JSON object a line: the key to check each with, and how that ends.
'use strict';

const { pathToFileURL } = require('url');

const SECRET = 'a secret of more than thirty-two bytes';

function show(algorithm, key, end, token) {
  console.log(JSON.stringify({ algorithm, key, end, token }));
}

async function pair(jose, algorithm) {
  if (algorithm === 'HS256') {
    return { sign: new TextEncoder().encode(SECRET), check: SECRET };
  }
  const made = await jose.generateKeyPair(algorithm, { extractable: true });
  return { sign: made.privateKey, check: await jose.exportSPKI(made.publicKey) };
}

async function show_all(jose, algorithm) {
  const { sign, check } = await pair(jose, algorithm);
  const signed = (change = (token) => token, key = sign) =>
    change(
      new jose.SignJWT({ subscribe: ['news/#'], publish: ['news/ann'] })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT', kid: '1' })
        .setSubject('ann')
        .setIssuer('jose')
        .setAudience('wskit')
        .setIssuedAt()
        .setExpirationTime('10 minutes')
    ).sign(key);
  show(algorithm, check, '', await signed());
  show(algorithm, check, 'expired', await signed((t) => t.setExpirationTime('1 minute ago')));
  show(algorithm, check, 'not_yet_valid', await signed((t) => t.setNotBefore('1 minute')));
  show(algorithm, check, 'audience', await signed((t) => t.setAudience('other')));
  show(algorithm, check, 'issuer', await signed((t) => t.setIssuer('somebody')));
  show(algorithm, check, 'algorithm', new jose.UnsecuredJWT({ sub: 'ann' }).encode());
  if (algorithm !== 'HS256') {
    const forged = await signed(undefined, (await pair(jose, algorithm)).sign);
    show(algorithm, check, 'signature', forged);
  }
}

async function main() {
  const modules = pathToFileURL(process.env.WSKIT_NODE_MODULES + '/jose/');
  const jose = await import(new URL('dist/webapi/index.js', modules));
  for (const algorithm of ['HS256', 'RS256', 'ES256', 'EdDSA', 'Ed25519']) {
    await show_all(jose, algorithm);
  }
}

main();
