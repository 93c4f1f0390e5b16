const TIMEOUT_MS = 20_000;

/** A refusal with a stable `code`: from the server's problem+json, or made here when there was no answer. */
export class Problem extends Error {
  constructor({ code, detail = "", title = "", status = 0, field = null, retryable = false, retryAfterMs = null }) {
    super(detail || title || code);
    this.name = "Problem";
    Object.assign(this, { code, detail: detail || title, status, field, retryable, retryAfterMs });
  }
}

/** The HTTP half of the protocol. Every method resolves to the answer's JSON or rejects with a `Problem`. */
export class API {
  #fetch;
  #renew;

  /** `renew` gets each act after which this session has another cookie and its socket is closed, and has to do it. */
  constructor({ fetch = globalThis.fetch.bind(globalThis), renew = (act) => act() } = {}) {
    this.#fetch = fetch;
    this.#renew = renew;
  }

  /** Who may come in, and how. */
  server() {
    return this.#call("GET", "/v1/server");
  }

  signUp(details) {
    return this.#call("POST", "/v1/accounts", newAccount(details));
  }

  joinAsGuest({ displayName }) {
    return this.#call("POST", "/v1/guests", { displayName, session: "cookie" });
  }

  /** Makes the guest an account that stays. */
  signUpGuest(details) {
    return this.#call("POST", "/v1/me/sign-up", newAccount(details));
  }

  /** `code` is needed when the answer was `second_factor_required`. */
  logIn({ handle, password, code }) {
    return this.#call("POST", "/v1/sessions", { handle, password, code, session: "cookie" });
  }

  /** Resolves to {handle}. */
  resetPassword({ token, newPassword }) {
    return this.#call("POST", "/v1/password-resets", { token, newPassword });
  }

  logOut() {
    return this.#call("DELETE", "/v1/sessions/current");
  }

  me() {
    return this.#call("GET", "/v1/me");
  }

  /** Where the account is logged in. */
  sessions() {
    return this.#call("GET", "/v1/me/sessions");
  }

  endSession(id, { password }) {
    return this.#renewing("POST", `/v1/me/sessions/${id}/removal`, { password });
  }

  /** Resolves to {ended}, their number. */
  endOtherSessions({ password }) {
    return this.#renewing("POST", "/v1/me/sessions/removal", { password });
  }

  changePassword({ oldPassword, newPassword }) {
    return this.#renewing("PUT", "/v1/me/password", { oldPassword, newPassword });
  }

  /** Resolves to {secret, uri}; nothing is on before `enableSecondFactor`. */
  beginSecondFactor({ password }) {
    return this.#renewing("POST", "/v1/me/second-factor", { password });
  }

  /** Resolves to {recoveryCodes}. */
  enableSecondFactor({ code }) {
    return this.#renewing("PUT", "/v1/me/second-factor", { code });
  }

  /** Resolves to {recoveryCodes}; the old ones are void. */
  replaceRecoveryCodes({ password, code }) {
    return this.#renewing("POST", "/v1/me/second-factor/recovery-codes", { password, code });
  }

  disableSecondFactor({ password, code }) {
    return this.#renewing("POST", "/v1/me/second-factor/removal", { password, code });
  }

  /** The invitations that can still be used. */
  invitations() {
    return this.#call("GET", "/v1/admin/invitations");
  }

  /** Resolves to {invitation, code, link}. */
  invite({ uses, days, room }) {
    return this.#call("POST", "/v1/admin/invitations", { uses, days, ...(room ? { room } : {}) });
  }

  revokeInvitation(id) {
    return this.#call("DELETE", `/v1/admin/invitations/${id}`);
  }

  rooms() {
    return this.#call("GET", "/v1/rooms");
  }

  createRoom({ name, title }) {
    return this.#call("POST", "/v1/rooms", title ? { name, title } : { name });
  }

  join(room) {
    return this.#call("PUT", `${roomPath(room)}/members/me`);
  }

  leave(room) {
    return this.#call("DELETE", `${roomPath(room)}/members/me`);
  }

  /** The page of events that ends just before the seq `before`, ascending. */
  eventsBefore(room, before, limit) {
    return this.#call("GET", `${roomPath(room)}/events?before=${before}&limit=${limit}`);
  }

  #renewing(method, path, body) {
    return this.#renew(() => this.#call(method, path, body));
  }

  async #call(method, path, body) {
    const response = await this.#ask(method, path, body);
    if (response.status === 204) return null;
    const json = await response.json().catch(() => null);
    if (response.ok && json !== null) return json;
    // A proxy in front of a server that is away answers in HTML: there is no code to read then.
    throw new Problem({ code: "bad_answer", title: response.statusText, ...json, status: response.status });
  }

  async #ask(method, path, body) {
    const headers = body === undefined ? {} : { "Content-Type": "application/json" };
    try {
      return await this.#fetch(path, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch {
      throw new Problem({ code: "network_error", retryable: true });
    }
  }
}

function newAccount({ handle, password, displayName, invitation }) {
  return { handle, password, session: "cookie", ...(displayName ? { displayName } : {}), ...(invitation ? { invitation } : {}) };
}

function roomPath(room) {
  return `/v1/rooms/${encodeURIComponent(room)}`;
}
