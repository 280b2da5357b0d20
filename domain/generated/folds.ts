/**
 * A fingerprint of each aggregate's `evolve`, made of what it does with the events of `test/fixtures/events`. Snapshots name
 * it, so that a changed `evolve` ignores those that the old one has made. `npm run folds` writes it.
 */
export const folds = {
  project: 'ae27b4ec2f008756',
  subscription: 'a782a861acc3b7d2',
  upload: 'f94f822fc06ed942',
  user: '765b24f984c74b9c',
}
