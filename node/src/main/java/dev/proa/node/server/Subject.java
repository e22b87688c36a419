package dev.proa.node.server;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * What a certificate says of its owner. All values of a type count, however they are grouped: Go signs the organizations of a user in one
 * relative name.
 *
 * @param commonNames the user; of several it cannot be told which one counts
 * @param organizations the groups
 */
public record Subject(List<String> commonNames, List<String> organizations) {
    public Subject {
        commonNames = List.copyOf(commonNames);
        organizations = List.copyOf(organizations);
    }

    /** @throws IllegalArgumentException when it cannot be read */
    public static Subject of(X509Certificate certificate) {
        List<String> commonNames = new ArrayList<>();
        List<String> organizations = new ArrayList<>();
        try {
            for (Rdn relative :
                    new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                add(relative.toAttributes().get("CN"), commonNames);
                add(relative.toAttributes().get("O"), organizations);
            }
        } catch (NamingException e) {
            throw new IllegalArgumentException("The subject of a certificate cannot be read: " + e.getMessage(), e);
        }
        return new Subject(commonNames, organizations);
    }

    private static void add(@Nullable Attribute attribute, List<String> values) throws NamingException {
        for (int i = 0; attribute != null && i < attribute.size(); i++) {
            values.add(String.valueOf(attribute.get(i)));
        }
    }
}
