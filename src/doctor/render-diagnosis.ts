import { styleText } from 'node:util';

import type { CheckResult, CheckStatus, Diagnosis, DriverDiagnosis } from '../model/diagnosis.ts';

type Format = Parameters<typeof styleText>[0];

const MARKS: Readonly<Record<CheckStatus, { sign: string; format: Format }>> = {
  ok: { sign: '✓', format: 'green' },
  info: { sign: 'i', format: 'cyan' },
  warn: { sign: '!', format: 'yellow' },
  fail: { sign: '✗', format: 'red' },
  skipped: { sign: '-', format: 'dim' },
};

/** The diagnosis as text for a terminal: by driver, one line for what is well, more for what is not. */
export function renderDiagnosis(diagnosis: Diagnosis, options: { readonly colour: boolean }): string {
  const paint = (format: Format, text: string): string =>
    options.colour ? styleText(format, text, { validateStream: false }) : text;
  const { host } = diagnosis;
  const system = host.distribution?.name ?? host.platform;
  const lines = [`${system}, kernel ${host.kernelRelease}, ${host.arch}`, ''];
  for (const driver of diagnosis.drivers) {
    lines.push(paint('bold', `${driver.driver}: ${summary(driver)}`));
    for (const check of driver.checks) lines.push(...renderCheck(check, paint));
    lines.push('');
  }
  lines.push(closingLine(diagnosis));
  return `${lines.join('\n')}\n`;
}

function summary({ usable, checks }: DriverDiagnosis): string {
  const count = (status: CheckStatus): number => checks.filter((check) => check.status === status).length;
  const parts = [usable ? 'usable' : 'not usable'];
  if (count('fail') > 0) parts.push(`${count('fail')} failed`);
  if (count('warn') > 0) parts.push(`${count('warn')} to look at`);
  return parts.join(', ');
}

function renderCheck(check: CheckResult, paint: (format: Format, text: string) => string): string[] {
  const { sign, format } = MARKS[check.status];
  const lines = [`  ${paint(format, sign)} ${check.title}: ${check.found}`];
  if (check.status !== 'warn' && check.status !== 'fail') return lines;
  lines.push(`      expected  ${check.expected}`);
  if (check.fix?.advice !== undefined) lines.push(`      fix       ${check.fix.advice}`);
  if (check.fix?.command) {
    lines.push(
      `      ${check.fix.advice === undefined ? 'fix' : '   '}       ${paint('bold', check.fix.command)}`,
    );
  }
  return lines;
}

function closingLine(diagnosis: Diagnosis): string {
  const usable = diagnosis.drivers.filter((driver) => driver.usable).map((driver) => driver.driver);
  const took = `looked in ${(diagnosis.tookMs / 1000).toFixed(1)} s`;
  if (usable.length === 0) return `No cluster driver can run here (${took}).`;
  return `Can run: ${usable.join(', ')} (${took}).`;
}
