import { expect, it } from 'vitest';
import { K6SampleReader, type K6Sample } from '../../../../src/load/k6/k6-samples.ts';

const HEADER = 'metric_name,timestamp,metric_value,error,error_code,status,extra_tags,metadata\n';

function read(chunks: readonly string[]): { samples: K6Sample[]; others: string[] } {
  const samples: K6Sample[] = [];
  const others: string[] = [];
  const reader = new K6SampleReader(
    (sample) => samples.push(sample),
    (line) => others.push(line),
  );
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return { samples, others };
}

it('K6SampleReader reads samples whatever pieces the output comes in, to the nanosecond', () => {
  const text = `${HEADER}http_reqs,1764541234567890123,1.000000,,,200,,vu=3&drainbench=17:0\n`;
  for (const cut of [0, 5, HEADER.length, HEADER.length + 20, text.length - 1]) {
    const { samples, others } = read([text.slice(0, cut), text.slice(cut)]);
    expect(others).toEqual([]);
    expect(samples).toHaveLength(1);
    const [sample] = samples;
    expect(sample).toMatchObject({
      metric: 'http_reqs',
      seconds: 1_764_541_234,
      nanoseconds: 567_890_123,
      value: 1,
    });
    expect([sample?.tag('status'), sample?.tag('error'), sample?.tag('none')]).toEqual(['200', '', '']);
    expect([sample?.metadata('drainbench'), sample?.metadata('vu'), sample?.metadata('v')]).toEqual([
      '17:0',
      '3',
      '',
    ]);
  }
});

it('K6SampleReader reads texts with commas and quotes', () => {
  const { samples } = read([
    HEADER,
    'http_reqs,1764541234567890123,1.000000,"malformed HTTP response ""a,b""",1000,0,,\n',
  ]);
  expect(samples[0]?.tag('error')).toBe('malformed HTTP response "a,b"');
  expect(samples[0]?.tag('error_code')).toBe('1000');
});

it('K6SampleReader hands over every line that is no sample', () => {
  const lines = [
    'hello',
    'a,b,c',
    'http_reqs,yesterday,1.0,,,200,,',
    'http_reqs,1764541234567890123,1.0,,,200,',
  ];
  expect(read([`before\n${HEADER}${lines.join('\n')}`]).others).toEqual(['before', ...lines]);
});
