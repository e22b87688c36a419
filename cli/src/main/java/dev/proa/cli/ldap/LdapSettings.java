package dev.proa.cli.ldap;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the webhook is reached, and what it asks of which directory. {@link SettingsReader} reads it from a file. */
public record LdapSettings(Listener listener, Tokens tokens, Server server, Users users, Groups groups) {
    /** In filters, for the name that a user gives. */
    static final String USERNAME = "{username}";

    /** In filters, for the distinguished name of a user's entry. */
    static final String DN_PLACE = "{dn}";

    /**
     * Where the webhook listens.
     *
     * @param certificate a file in PEM
     * @param key a file in PEM
     */
    public record Listener(String host, int port, Path certificate, Path key) {}

    /**
     * The tokens that it gives.
     *
     * @param key a file with the key that signs them, made when it is not there
     * @param lifetime after which users have to log in again
     */
    public record Tokens(Path key, Duration lifetime) {
        private static final Duration LONGEST = Duration.ofDays(30);

        public Tokens {
            if (lifetime.isNegative() || lifetime.isZero() || lifetime.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException("lifetime must be > 0s and <= 720h");
            }
        }
    }

    /**
     * The directory.
     *
     * @param urls of servers with the same content; the first that can be reached is asked
     * @param startTls whether connections to {@code ldap://} begin without TLS, and change to it before anything is asked
     * @param authorities a file in PEM; null for the authorities that Java trusts
     * @param bindDn as whom entries are searched; empty for anonymously
     * @param bindPassword a file with its password; null for none
     */
    public record Server(
            List<URI> urls,
            boolean startTls,
            @Nullable Path authorities,
            String bindDn,
            @Nullable Path bindPassword,
            Duration timeout) {

        public Server {
            urls = List.copyOf(urls);
            if (urls.isEmpty()) {
                throw new IllegalArgumentException("at least one URL is needed");
            }
            for (URI url : urls) {
                boolean tls = "ldaps".equals(url.getScheme());
                if (url.getHost() == null || !tls && !"ldap".equals(url.getScheme())) {
                    throw new IllegalArgumentException(url + " is not of the form ldaps://host[:port]");
                }
                if (tls && startTls) {
                    throw new IllegalArgumentException("startTLS is for ldap://, and " + url + " has TLS already");
                }
                if (!tls && !startTls && !isLoopback(url.getHost())) {
                    throw new IllegalArgumentException(
                            "passwords would be sent to " + url + " in the clear: use ldaps://, or startTLS");
                }
            }
            if (bindDn.isEmpty() != (bindPassword == null)) {
                throw new IllegalArgumentException("bindDN needs bindPasswordFile, and the other way round");
            }
            dn(bindDn);
        }

        private static boolean isLoopback(String host) {
            return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.[0-9]{1,3}){3}");
        }
    }

    /**
     * The entries of users.
     *
     * @param filter with {@value #USERNAME}; exactly one entry must match
     * @param name the attribute with the name that a user has in Kubernetes
     * @param id the attribute that stays when a name is given to somebody else; empty for none
     * @param prefix of names in Kubernetes
     */
    public record Users(String base, String filter, String name, String id, String prefix) {
        public Users {
            dn(base);
            checkFilter(filter, USERNAME);
        }
    }

    /**
     * The groups of a user.
     *
     * @param memberOf the attribute of a user's entry with the names of groups' entries; empty when groups are searched
     * @param base below which groups are; empty only without groups, so that no entry elsewhere becomes one
     * @param filter with {@value #DN_PLACE} or {@value #USERNAME}; empty when {@code memberOf} has them
     * @param name the attribute with the name of a group that is searched
     * @param prefix of names in Kubernetes
     */
    public record Groups(String memberOf, String base, String filter, String name, String prefix) {
        public Groups {
            dn(base);
            if (!memberOf.isEmpty() && !filter.isEmpty()) {
                throw new IllegalArgumentException("groups are found by memberOf or by a filter, not by both");
            }
            if (base.isEmpty() && !(memberOf.isEmpty() && filter.isEmpty())) {
                throw new IllegalArgumentException("baseDN is required");
            }
            if (!filter.isEmpty()) {
                checkFilter(filter, filter.contains(DN_PLACE) ? DN_PLACE : USERNAME);
            }
        }
    }

    private static void dn(String text) {
        try {
            new DN(text);
        } catch (LDAPException e) {
            throw new IllegalArgumentException(text + " is no distinguished name: " + e.getMessage(), e);
        }
    }

    private static void checkFilter(String filter, String place) {
        if (!filter.contains(place)) {
            throw new IllegalArgumentException("filter " + filter + " must have " + place + " in it");
        }
        filter(filter, "a", "cn=a");
    }

    /** A filter with the names in their places; whatever is in them is part of a value. */
    static Filter filter(String template, String username, String dn) {
        StringBuilder filter = new StringBuilder();
        int from = 0;
        for (int open = template.indexOf('{'); open >= 0; open = template.indexOf('{', from)) {
            String value =
                    template.startsWith(USERNAME, open) ? username : template.startsWith(DN_PLACE, open) ? dn : null;
            filter.append(template, from, open);
            from = open
                    + (value == null ? 1 : template.startsWith(USERNAME, open) ? USERNAME.length() : DN_PLACE.length());
            filter.append(value == null ? "{" : Filter.encodeValue(value));
        }
        try {
            return Filter.create(
                    filter.append(template, from, template.length()).toString());
        } catch (LDAPException e) {
            throw new IllegalArgumentException("filter " + template + " is not valid: " + e.getMessage(), e);
        }
    }
}
