/**
 * A fingerprint of each aggregate's `evolve`, made of what it does with the events of `test/fixtures/events`. Snapshots name
 * it, so that a changed `evolve` ignores those that the old one has made. `npm run folds` writes it.
 */
export const folds = {
  project: 'ae27b4ec2f008756',
  subscription: 'a782a861acc3b7d2',
  upload: '14faf2c89796c5e5',
  user: '765b24f984c74b9c',
}
