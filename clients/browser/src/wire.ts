/**
 * What travels between page and server, under the names of the contract. Members that a page does
 * not know are ignored; texts that later versions may extend are plain `string`.
 */

/** What an access token is for. */
export type Audience = "app" | "admin";

/** A person, as sign-in answers with it. */
export interface AuthUser {
    /** UUID. */
    id: string;
    email: string;
    username: string;
    /** True when an administrator has locked the account. */
    disabled: boolean;
    /** RFC 3339. */
    created_at: string;
}

/** The signed-in person with roles and organization. */
export interface CurrentUser extends AuthUser {
    /** Platform roles, such as `authara:admin`; empty for ordinary users. */
    roles: string[];
    /** The organization that the session is in. */
    organization: OrganizationSummary;
}

/** An organization as one of its members sees it. */
export interface OrganizationSummary {
    /** UUID. */
    id: string;
    name: string;
    /** `owner`, `admin` or `member`. */
    role: string;
}

/** A member of the current organization. */
export interface OrganizationMember {
    /** UUID. */
    user_id: string;
    email: string;
    username: string;
    /** `owner`, `admin` or `member`. */
    role: string;
    /** When the membership began, RFC 3339. */
    created_at: string;
}

/** What this server lets its users do. */
export interface Capabilities {
    /** `personal`, `single` or `multi`. */
    organization_mode: string;
    has_visible_organizations: boolean;
    allows_invitations: boolean;
    allows_public_organization_management: boolean;
    allows_org_switching: boolean;
    allows_user_created_team_orgs: boolean;
    allows_organization_leave: boolean;
}

/** A password with exactly one name of the account. */
export type Credentials = { password: string } & ({ email: string } | { identifier: string });

/** What a new account is made of. */
export interface SignupDetails {
    email: string;
    /** 8 to 128 code points, at most 1024 bytes of UTF-8. */
    password: string;
    /** Code of an invitation sent to this address. */
    invitation_code?: string;
}

/** The answer to a challenge that came by mail. */
export interface ChallengeAnswer extends ChallengeReference {
    /** Six digits. */
    code: string;
}

/** A password to be replaced, once the address is proven. */
export interface PasswordReset {
    email: string;
    /** 8 to 128 code points, at most 1024 bytes of UTF-8. */
    new_password: string;
}

/** A challenge whose code was sent by mail. */
export interface ChallengeReference {
    /** UUID. */
    challenge_id: string;
}

/** Everything that an account page shows. */
export interface Account {
    user: AuthUser;
    sessions: AccountSession[];
    /** Ways to sign in, other than passkeys. */
    auth_methods: { provider: string; created_at: string }[];
    passkeys: { id: string; name: string; created_at: string; last_used_at?: string }[];
}

/** A place where the user is signed in. */
export interface AccountSession {
    /** UUID. */
    id: string;
    /** True for the session of this very browser. */
    current: boolean;
    /** RFC 3339. */
    created_at: string;
    /** When the session ends, however active it is; RFC 3339. */
    expires_at: string;
    /** What the client called itself at sign-in; may be empty. */
    user_agent: string;
}

/** The same with more detail. */
export interface AccountSessionDetails extends AccountSession {
    /** RFC 3339. */
    last_used_at: string;
    /** Short label made from the user agent, for display. */
    device: string;
}
