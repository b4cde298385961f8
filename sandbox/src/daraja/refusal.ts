/** How Daraja's gateway says no; money is where it was. The codes and texts are Daraja's. */
export class DarajaRefusal extends Error {
  readonly status: number;
  readonly errorCode: string;

  constructor(status: number, errorCode: string, message: string) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
  }

  toResponse(): Response {
    const { status, errorCode, message: errorMessage } = this;
    return Response.json({ requestId: crypto.randomUUID(), errorCode, errorMessage }, { status });
  }
}

export const invalid = (what: string) =>
  new DarajaRefusal(400, '400.002.02', `Bad Request - Invalid ${what}`);

export const notPermitted = (message: string) => new DarajaRefusal(500, '500.001.1001', message);
