package dev.proa.server.pki;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;

/**
 * Reads the subjects of certificates and requests as Go does: all values of a type count, however they are grouped. Others that stand in
 * one relative name with the common name would be overlooked by whoever asks each such name for its type.
 */
public final class Subjects {
    /** The types that Go knows, in the order in which it writes them. */
    private static final List<ASN1ObjectIdentifier> KNOWN = List.of(
            BCStyle.C,
            BCStyle.O,
            BCStyle.OU,
            BCStyle.L,
            BCStyle.ST,
            BCStyle.STREET,
            BCStyle.POSTAL_CODE,
            BCStyle.CN,
            BCStyle.SERIALNUMBER);

    private static final ASN1ObjectIdentifier UID = new ASN1ObjectIdentifier("1.3.6.1.4.1.57683.2");

    private Subjects() {}

    /** The common name of a certificate's subject, the last one of several; empty for none. */
    public static String commonName(X509Certificate certificate) {
        return commonName(of(certificate));
    }

    /** The UIDs of a certificate's subject, for which Kubernetes has a type of its own; empty ones for what is no text. */
    public static List<String> uids(X509Certificate certificate) {
        List<String> uids = new ArrayList<>();
        for (RDN relative : of(certificate).getRDNs()) {
            for (AttributeTypeAndValue attribute : relative.getTypesAndValues()) {
                if (attribute.getType().equals(UID)) {
                    uids.add(attribute.getValue() instanceof ASN1String text ? text.getString() : "");
                }
            }
        }
        return uids;
    }

    /** The organizations of a certificate's subject. */
    public static List<String> organizations(X509Certificate certificate) {
        return organizations(of(certificate));
    }

    private static X500Name of(X509Certificate certificate) {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    }

    static String commonName(X500Name name) {
        List<String> values = commonNames(name);
        return values.isEmpty() ? "" : values.getLast();
    }

    static List<String> commonNames(X500Name name) {
        return values(name, BCStyle.CN);
    }

    static List<String> organizations(X500Name name) {
        return values(name, BCStyle.O);
    }

    private static List<String> values(X500Name name, ASN1ObjectIdentifier type) {
        List<String> values = new ArrayList<>();
        for (RDN relative : name.getRDNs()) {
            for (AttributeTypeAndValue attribute : relative.getTypesAndValues()) {
                if (attribute.getType().equals(type) && attribute.getValue() instanceof ASN1String text) {
                    values.add(text.getString());
                }
            }
        }
        return values;
    }

    /**
     * The subject that Kubernetes' signers give to who asks for {@code wanted}: attributes that Go does not know are left out, such as the
     * user's UID, which kube-apiserver reads from certificates, and values of one type are in one relative name.
     */
    static X500Name signed(X500Name wanted) {
        List<RDN> names = new ArrayList<>();
        for (ASN1ObjectIdentifier type : KNOWN) {
            List<String> values = values(wanted, type);
            boolean single = type.equals(BCStyle.CN) || type.equals(BCStyle.SERIALNUMBER);
            List<String> taken = single && !values.isEmpty() ? List.of(values.getLast()) : values;
            if (!taken.isEmpty()) {
                names.add(new RDN(
                        taken.stream().map(value -> attribute(type, value)).toArray(AttributeTypeAndValue[]::new)));
            }
        }
        return new X500Name(names.toArray(RDN[]::new));
    }

    private static AttributeTypeAndValue attribute(ASN1ObjectIdentifier type, String value) {
        return new AttributeTypeAndValue(
                type,
                DERPrintableString.isPrintableString(value) ? new DERPrintableString(value) : new DERUTF8String(value));
    }
}
