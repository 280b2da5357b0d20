type Sent = readonly [command: string, body: Readonly<Record<string, unknown>>]

/**
 * The application's streams that the soak writes: people create, change and share them. This file alone
 * makes that choice. If you remove the feature, describe another feature here.
 */
export const vehicle = {
  /** The category of its streams. */
  category: 'project',
  /** The path by which a query shows one. */
  path: (id: string) => `/projects/${id}`,
  create: (text: string): Sent => ['create-project', { title: text }],
  /** Two different changes. */
  changes: [
    (id: string, text: string): Sent => ['rename-project', { projectId: id, title: text }],
    (id: string, text: string): Sent => ['describe-project', { projectId: id, description: text }],
  ],
  /** Gives another person permission to make changes. */
  share: (id: string, email: string): Sent => [
    'add-project-member',
    { projectId: id, email, role: 'editor' },
  ],
  /** The command that wrote an event, and its text; undefined for an event of another command. */
  writtenBy(type: string, data: unknown): { readonly command: string; readonly text: unknown } | undefined {
    const { title, description } = data as { title?: string; description?: string } // the data of one of these events
    switch (type) {
      case 'ProjectCreated':
        return { command: 'create-project', text: title }
      case 'ProjectRenamed':
        return { command: 'rename-project', text: title }
      case 'ProjectDescribed':
        return { command: 'describe-project', text: description }
      default:
        return undefined
    }
  },
} as const
