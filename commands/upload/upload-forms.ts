/** The conditions on a file that a form takes. */
export interface FormTerms {
  readonly contentType: string
  /** Bytes, exactly. */
  readonly size: number
  /** ISO 8601 UTC with milliseconds. */
  readonly expiresAt: string
}

/** How to send a file: as `multipart/form-data` with these fields and then the file, in the field `file`. */
export interface UploadForm {
  readonly method: 'POST'
  readonly url: string
  readonly fields: Readonly<Record<string, string>>
  readonly expiresAt: string
}

/** The port to the store of files, as far as people send files there themselves. */
export interface UploadForms {
  /** A form that takes one file of these terms, under the place of this upload and no other. */
  formFor(uploadId: string, terms: FormTerms): Promise<UploadForm>
}
