/** The conditions that a form imposes on a file. */
export interface FormTerms {
  readonly contentType: string
  /** The exact size of the file, in bytes. */
  readonly size: number
  /** ISO 8601 UTC with milliseconds. */
  readonly expiresAt: string
}

/** The form of an upload. Send `multipart/form-data` with these fields, and then the file in the field `file`. */
export interface UploadForm {
  readonly method: 'POST'
  readonly url: string
  readonly fields: Readonly<Record<string, string>>
  readonly expiresAt: string
}

/** The port to the store to which people send files directly. */
export interface UploadForms {
  /** Makes a form that accepts one file under these terms, at the key of this upload only. */
  formFor(uploadId: string, terms: FormTerms): Promise<UploadForm>
}
