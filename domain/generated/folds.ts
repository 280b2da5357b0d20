/**
 * A fingerprint of each aggregate's `evolve`, computed from its results for the events in `test/fixtures/events`. Every
 * snapshot contains the fingerprint of the `evolve` that made it. A changed `evolve` therefore ignores older snapshots.
 * Run `npm run folds` to update this file.
 */
export const folds = {
  project: 'ae27b4ec2f008756',
  subscription: 'a782a861acc3b7d2',
  upload: 'f94f822fc06ed942',
  user: '765b24f984c74b9c',
}
