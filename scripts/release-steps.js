/** What `scripts/release.js` decides, apart from what it runs. */

/** What stands in the way of publishing: addresses that only the publisher can give. */
export function publishObstacles({ repository }, securityPolicy) {
  const contact = /^Contact:(.*)$/m.exec(securityPolicy)?.[1].trim();
  const obstacles = [];
  if (!(typeof repository === 'string' ? repository : repository?.url)) obstacles.push('package.json names no "repository".');
  if (!contact || contact === 'not set') obstacles.push('SECURITY.md names no security contact (the line "Contact: …").');
  return obstacles;
}

/**
 * The changelog with the entries of "Unreleased" under the version's heading and an empty "Unreleased" above.
 *
 * @throws when nothing is unreleased, or the version has a heading already.
 */
export function changelogWith(changelog, version, date) {
  const [, before, entries, after] = /^([^]*?\n## Unreleased\n)([^]*?)((?:\n## [^]*)?)$/.exec(changelog) ?? [];
  if (!entries?.trim()) throw new Error('CHANGELOG.md has nothing under "## Unreleased"');
  if (after.includes(`\n## ${version} `)) throw new Error(`CHANGELOG.md has a heading for ${version} already`);
  return `${before}\n## ${version} (${date.toISOString().slice(0, 10)})\n\n${entries.trim()}\n${after}`;
}

/**
 * A list of components (CycloneDX) with those alone that the release contains or installs.
 *
 * @param sbom Of everything that is installed for development.
 * @param contained References of components, `name@version`.
 */
export function sbomOf(sbom, contained) {
  const isContained = new Set(contained);
  const components = sbom.components.filter((component) => isContained.has(component['bom-ref']));
  const references = new Set([sbom.metadata.component['bom-ref'], ...components.map((component) => component['bom-ref'])]);
  const dependencies = sbom.dependencies
    .filter(({ ref }) => references.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => references.has(other)) }));
  return { ...sbom, components, dependencies };
}
