package dev.proa.cli.ldap;

import com.unboundid.asn1.ASN1OctetString;
import com.unboundid.ldap.matchingrules.CaseIgnoreStringMatchingRule;
import com.unboundid.ldap.sdk.BindResult;
import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.DereferencePolicy;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionPool;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.ldap.sdk.controls.PasswordExpiredControl;
import dev.proa.cli.ldap.LoginException.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds users in the directory, and checks their passwords by binding as them. Referrals are not followed. Names that Kubernetes keeps for itself
 * ({@code system:}) are nobody's here. Safe for any thread; blocks.
 */
public final class Directory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Directory.class);
    private static final String RESERVED = "system:";
    private static final int LONGEST_NAME = 256;
    private static final int MOST_GROUPS = 1_000;

    private final LdapSettings settings;
    private final DirectoryConnections connections;
    private final LDAPConnectionPool searching;

    /** Opens no connection yet. */
    public Directory(LdapSettings settings) {
        this.settings = settings;
        this.connections = new DirectoryConnections(settings.server());
        this.searching = connections.searching();
    }

    /**
     * The user with a name and a password.
     *
     * @param failures where the login counts, for whoever has the name, until the password turns out to be right
     * @throws LoginException when there is none, or the directory cannot say
     */
    Person authenticate(String login, String password, FailedLogins failures) throws LoginException {
        // A bind without a password succeeds as nobody (RFC 4513, section 5.1.2).
        if (password.isEmpty() || password.indexOf('\0') >= 0) {
            throw LoginException.wrong();
        }
        SearchResultEntry entry = entry(login);
        String user = entry == null ? normalized(login) : normalized(entry);
        failures.begin(user);
        try {
            Person person = authenticate(login, entry, password);
            failures.succeeded(user);
            return person;
        } catch (LoginException e) {
            if (e.kind() == Kind.UNAVAILABLE) {
                failures.undecided(user);
            }
            throw e;
        }
    }

    /** As directories compare names, so that those whom nobody has are counted like those of users: the limit must not tell them apart. */
    private static String normalized(String login) {
        return CaseIgnoreStringMatchingRule.getInstance()
                .normalize(new ASN1OctetString(login))
                .stringValue();
    }

    private static String normalized(SearchResultEntry entry) throws LoginException {
        try {
            return entry.getParsedDN().toNormalizedString();
        } catch (LDAPException e) {
            throw unavailable(e);
        }
    }

    private Person authenticate(String login, @Nullable SearchResultEntry entry, String password)
            throws LoginException {
        // Somebody unknown takes as long as a wrong password, so that the time does not tell who there is.
        BindResult bound = bind(entry == null ? settings.users().base() : entry.getDN(), password);
        if (entry == null) {
            throw LoginException.wrong();
        }
        if (expired(bound)) {
            throw new LoginException(Kind.WRONG, "the password has expired");
        }
        return person(login, entry);
    }

    private BindResult bind(String dn, String password) throws LoginException {
        try (LDAPConnection connection = connections.open()) {
            return connection.bind(new SimpleBindRequest(dn, password));
        } catch (LDAPException e) {
            throw failure(e);
        }
    }

    private static boolean expired(BindResult bound) throws LoginException {
        try {
            return PasswordExpiredControl.get(bound) != null;
        } catch (LDAPException e) {
            throw unavailable(e);
        }
    }

    /**
     * The user with a name, as it is now.
     *
     * @throws LoginException when there is none any more, or the directory cannot say
     */
    public Person find(String login) throws LoginException {
        SearchResultEntry entry = entry(login);
        if (entry == null) {
            throw LoginException.wrong();
        }
        return person(login, entry);
    }

    /** The entry with a name; null when there is none, or several are. */
    private @Nullable SearchResultEntry entry(String login) throws LoginException {
        if (login.isBlank() || login.length() > LONGEST_NAME || login.chars().anyMatch(Character::isISOControl)) {
            throw LoginException.wrong();
        }
        LdapSettings.Users users = settings.users();
        List<String> attributes = new ArrayList<>(List.of(users.name()));
        for (String more : List.of(users.id(), settings.groups().memberOf())) {
            if (!more.isEmpty()) {
                attributes.add(more);
            }
        }
        List<SearchResultEntry> found =
                search(users.base(), LdapSettings.filter(users.filter(), login, ""), 2, attributes);
        if (found.size() > 1) {
            LOG.warn("Several entries below {} match one user name", users.base());
        }
        return found.size() == 1 ? found.getFirst() : null;
    }

    private Person person(String login, SearchResultEntry entry) throws LoginException {
        LdapSettings.Users users = settings.users();
        String name = name(entry, users.name());
        if (name == null || (users.prefix() + name).startsWith(RESERVED)) {
            LOG.warn("{} has not one {} that can be a user's name", entry.getDN(), users.name());
            throw LoginException.wrong();
        }
        return new Person(login, users.prefix() + name, id(entry), groups(login, entry));
    }

    /** The only value of an attribute; null when there is none, or several are: which is the first is up to the directory. */
    private static @Nullable String name(SearchResultEntry entry, String attribute) {
        String[] values = entry.getAttributeValues(attribute);
        return values == null || values.length != 1 || values[0].isBlank() ? null : values[0];
    }

    private String id(SearchResultEntry entry) throws LoginException {
        String name = settings.users().id();
        if (name.isEmpty()) {
            return "";
        }
        // Without one, tokens would be those of whoever gets the name next.
        byte[][] ids = entry.getAttributeValueByteArrays(name);
        if (ids == null || ids.length != 1 || ids[0].length == 0) {
            LOG.warn("{} has not one {}, the users' idAttribute", entry.getDN(), name);
            throw LoginException.wrong();
        }
        return text(ids[0]);
    }

    /** An identifier as it is when it is a text, as entryUUID; in hexadecimal digits when it is not, as objectGUID. */
    private static String text(byte[] id) {
        for (byte one : id) {
            if (one <= ' ' || one > '~') {
                return HexFormat.of().formatHex(id);
            }
        }
        return new String(id, StandardCharsets.US_ASCII);
    }

    private List<String> groups(String login, SearchResultEntry entry) throws LoginException {
        LdapSettings.Groups groups = settings.groups();
        List<String> names = new ArrayList<>();
        String[] memberOf = groups.memberOf().isEmpty() ? null : entry.getAttributeValues(groups.memberOf());
        for (String group : memberOf == null ? new String[0] : memberOf) {
            names.add(nameOf(group));
        }
        if (!groups.filter().isEmpty()) {
            Filter filter = LdapSettings.filter(groups.filter(), login, entry.getDN());
            List<SearchResultEntry> found = search(groups.base(), filter, MOST_GROUPS + 1, List.of(groups.name()));
            found.forEach(group -> names.add(name(group, groups.name())));
        }
        if (names.size() > MOST_GROUPS) {
            throw new LoginException(Kind.UNAVAILABLE, "the user is in more than " + MOST_GROUPS + " groups");
        }
        return names.stream()
                .filter(name -> name != null && !name.isBlank())
                .map(name -> groups.prefix() + name)
                .filter(name -> !name.startsWith(RESERVED))
                .distinct()
                .sorted()
                .toList();
    }

    /** The name of a group by that of its entry; null when it is not one of the groups that count. */
    private @Nullable String nameOf(String group) {
        try {
            DN dn = new DN(group);
            return !dn.isDescendantOf(new DN(settings.groups().base()), false)
                            || dn.getRDN().isMultiValued()
                    ? null
                    : dn.getRDN().getAttributeValues()[0];
        } catch (LDAPException e) {
            return null; // some other attribute's value, which names no entry
        }
    }

    private List<SearchResultEntry> search(String base, Filter filter, int most, List<String> attributes)
            throws LoginException {
        SearchRequest request = new SearchRequest(
                base,
                SearchScope.SUB,
                DereferencePolicy.NEVER,
                most,
                Math.max(1, (int) settings.server().timeout().toSeconds()),
                false,
                filter,
                attributes.toArray(new String[0]));
        try {
            return searching.search(request).getSearchEntries();
        } catch (LDAPSearchException e) {
            if (e.getResultCode().equals(ResultCode.SIZE_LIMIT_EXCEEDED)) {
                return e.getSearchEntries() == null ? List.of() : e.getSearchEntries();
            }
            throw unavailable(e);
        }
    }

    private static LoginException failure(LDAPException e) {
        ResultCode code = e.getResultCode();
        return code.equals(ResultCode.INVALID_CREDENTIALS)
                        || code.equals(ResultCode.NO_SUCH_OBJECT)
                        || code.equals(ResultCode.INAPPROPRIATE_AUTHENTICATION)
                        || code.equals(ResultCode.CONSTRAINT_VIOLATION)
                        || code.equals(ResultCode.UNWILLING_TO_PERFORM)
                        || code.equals(ResultCode.REFERRAL)
                ? LoginException.wrong()
                : unavailable(e);
    }

    private static LoginException unavailable(LDAPException e) {
        LOG.error("The directory does not answer as it should: {}", e.getExceptionMessage(false, false));
        return new LoginException(Kind.UNAVAILABLE, "the directory cannot be asked now");
    }

    @Override
    public void close() {
        searching.close();
    }
}
