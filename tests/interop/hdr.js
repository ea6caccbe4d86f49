// SPDX-License-Identifier: MIT
// The other implementation: npm's hdr-histogram-js.
//   hdr.js read FILE.b64      prints what it finds in a V2 compressed base64 histogram
//   hdr.js write              prints such a histogram of 1000, 2000, ... 1000000000 ns
//   hdr.js log FILE.hlog      prints the lines of a histogram log
//   hdr.js write-log          prints a histogram log of two tagged seconds
//   hdr.js hgrm FILE.b64      prints the percentile distribution of such a histogram, in us
'use strict';

const fs = require('fs');
const hdr = require(process.env.WSKIT_NODE_MODULES + '/hdr-histogram-js');

const HIGHEST = 3600e9;

function describe(histogram) {
  const at = (percentile) => histogram.getValueAtPercentile(percentile);
  return {
    count: histogram.totalCount,
    min: histogram.minNonZeroValue,
    max: histogram.maxValue,
    p50: at(50),
    p90: at(90),
    p99: at(99),
    p99_9: at(99.9),
  };
}

// 1000, 2000, ... 1000000000 ns.
function example() {
  const histogram = hdr.build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 64,
  });
  for (let value = 1000; value <= 1e9; value += 1000000) {
    histogram.recordValue(value);
  }
  return histogram;
}

function decode(file) {
  return hdr.decodeFromCompressedBase64(fs.readFileSync(file, 'utf8').trim(), 64);
}

const actions = {
  read(file) {
    return JSON.stringify(describe(decode(file)));
  },
  write() {
    // Read back, since the format keeps slots and not the exact maximum.
    const base64 = hdr.encodeIntoCompressedBase64(example());
    return JSON.stringify({ ...describe(hdr.decodeFromCompressedBase64(base64, 64)), base64 });
  },
  log(file) {
    const reader = new hdr.HistogramLogReader(fs.readFileSync(file, 'utf8'), 64);
    const lines = [];
    for (let line = reader.nextIntervalHistogram(); line; line = reader.nextIntervalHistogram()) {
      lines.push({ tag: line.tag, ...describe(line) });
    }
    return JSON.stringify({ start: reader.startTimeSec, lines });
  },
  'write-log'() {
    let text = '';
    const writer = new hdr.HistogramLogWriter((line) => { text += line; });
    writer.outputLogFormatVersion();
    writer.outputStartTime(1700000000250);
    writer.outputLegend();
    for (const [second, tag] of [[0, 'response'], [1, 'service']]) {
      const histogram = example();
      histogram.tag = tag;
      writer.outputIntervalHistogram(histogram, second, second + 1, 1e6);
    }
    return text;
  },
  hgrm(file) {
    return decode(file).outputPercentileDistribution(5, 1000);
  },
};

const [action, file] = process.argv.slice(2);
process.stdout.write(actions[action](file));
