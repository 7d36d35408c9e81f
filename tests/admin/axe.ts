/** Accessibility of a page, by axe-core. */
import axe from "axe-core/axe.min.js" with { type: "text" };
import type { Page } from "playwright-core";

/** Returns axe's violations of WCAG 2.2 AA and best practices. */
export async function faultsOfAccess(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate("axe.run(document)") as {
    violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)
  );
}
