package dev.proa.server.apiextensions;

import dev.proa.api.codec.GoDuration;
import dev.proa.server.validation.Addresses;
import dev.proa.server.validation.Formats;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The formats of strings that Kubernetes checks in custom resources; others say nothing. Dashes in their names do not count. */
public final class StringFormats {
    private static final Set<String> NAMES = Set.of(
            "bsonobjectid",
            "byte",
            "cidr",
            "creditcard",
            "date",
            "datetime",
            "duration",
            "email",
            "hexcolor",
            "hostname",
            "ipv4",
            "ipv6",
            "isbn",
            "isbn10",
            "isbn13",
            "k8slongname",
            "k8sshortname",
            "mac",
            "password",
            "rgbcolor",
            "ssn",
            "uri",
            "uuid",
            "uuid3",
            "uuid4",
            "uuid5");

    private static final Pattern OBJECT_ID = Pattern.compile("[0-9a-fA-F]{24}");
    private static final Pattern LEADING_ZEROS = Pattern.compile("(^|\\.)0+(?=[0-9])");
    private static final Pattern ZERO_IN_DECIMAL = Pattern.compile("[:.]0[0-9]+\\.|\\.0[0-9]+");
    private static final Pattern SSN = Pattern.compile("[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}");
    private static final Pattern HEX_COLOR = Pattern.compile("#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})");
    private static final Pattern RGB_COLOR = Pattern.compile("rgb\\([\\s]*B[\\s]*,[\\s]*B[\\s]*,[\\s]*B[\\s]*\\)"
            .replace("B", "(0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])"));
    private static final com.google.re2j.Pattern BASE64 =
            com.google.re2j.Pattern.compile("([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}(==|[A-Za-z0-9+/][=A-Za-z0-9+/]))");
    private static final Pattern MAC = Pattern.compile(
            "(H{2}([:-])H{2}(\\2H{2}){4}((\\2H{2}){2}|(\\2H{2}){14})?|H{4}(\\.H{4}){2}(\\.H{4}|(\\.H{4}){7})?)"
                    .replace("H", "[0-9a-fA-F]"));
    private static final Pattern TIME =
            Pattern.compile("([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|[+-][0-9]{2}:[0-9]{2})");
    private static final Pattern AMOUNT = Pattern.compile("([0-9]+)[ \\t\\n\\f\\r]*([A-Za-z\u00b5]+)");
    private static final Set<String> UNITS = Set.of("ns", "us", "\u00b5s", "ms", "s", "m", "h", "hr", "d", "w", "wk");
    private static final String[] UNIT_WORDS = {"nano", "micro", "milli", "sec", "min", "hour", "day", "week"};

    private StringFormats() {}

    static boolean isKnown(String format) {
        return !format.isEmpty() && NAMES.contains(format.replace("-", ""));
    }

    /** Whether a text is in a format that is known. */
    public static boolean matches(String format, String text) {
        return switch (format.replace("-", "")) {
            case "bsonobjectid" -> OBJECT_ID.matcher(text).matches();
            case "byte" -> BASE64.matches(text);
            case "cidr" -> isCidr(text);
            case "creditcard" -> isCreditCard(text.replaceAll("[^0-9]+", ""));
            case "date" -> isDate(text);
            case "datetime" -> isDateTime(text);
            case "duration" -> isDuration(text);
            case "email" -> MailAddress.isValid(text);
            case "hexcolor" -> HEX_COLOR.matcher(text).matches();
            case "hostname" -> isHostname(text);
            case "ipv4" -> text.indexOf('.') >= 0 && (isIpv4(text) || Addresses.isIpv6(text));
            case "ipv6" ->
                text.indexOf(':') >= 0
                        && Addresses.isIpv6(text)
                        && !ZERO_IN_DECIMAL.matcher(text).find();
            case "isbn" -> isIsbn10(text) || isIsbn13(text);
            case "isbn10" -> isIsbn10(text);
            case "isbn13" -> isIsbn13(text);
            case "k8slongname" -> Formats.dnsSubdomain(text).isEmpty();
            case "k8sshortname" -> Formats.dnsLabel(text).isEmpty();
            case "mac" -> MAC.matcher(text).matches();
            case "rgbcolor" -> RGB_COLOR.matcher(text).matches();
            case "ssn" -> SSN.matcher(text).matches();
            case "uri" -> RequestUri.isValid(text);
            case "uuid" -> isUuid(text, "", "0123456789abcdef");
            case "uuid3" -> isUuid(text, "3", "0123456789abcdef");
            case "uuid4" -> isUuid(text, "4", "89ab");
            case "uuid5" -> isUuid(text, "5", "89ab");
            default -> true;
        };
    }

    /** Whether a text is an IPv4 address; numbers may have leading zeros, as long ago. */
    private static boolean isIpv4(String text) {
        return Addresses.isIpv4(LEADING_ZEROS.matcher(text).replaceAll("$1"));
    }

    private static boolean isCidr(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return false;
        }
        String address = text.substring(0, slash);
        String prefix = text.substring(slash + 1);
        int most = isIpv4(address) ? 32 : Addresses.isIpv6(address) ? 128 : -1;
        return prefix.matches("[0-9]{1,9}") && Integer.parseInt(prefix) <= most;
    }

    /** By the numbers that issuers have, and the checksum of Luhn. */
    private static boolean isCreditCard(String digits) {
        if (!digits.matches("4[0-9]{12}([0-9]{3})?|5[1-5][0-9]{14}|6(011|5[0-9]{2})[0-9]{12}|3[47][0-9]{13}"
                + "|3(0[0-5]|[68][0-9])[0-9]{11}|(2131|1800|35[0-9]{3})[0-9]{11}")) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int weighed = i % 2 == 0 ? digit : digit * 2;
            sum += weighed > 9 ? weighed - 9 : weighed;
        }
        return sum % 10 == 0;
    }

    private static String withoutSpaces(String text) {
        return text.replaceAll("[ \\t\\n\\f\\r-]+", "");
    }

    private static boolean isIsbn10(String text) {
        String isbn = withoutSpaces(text);
        if (!isbn.matches("[0-9]{9}[0-9X]")) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < 10; i++) {
            sum += (i + 1) * (isbn.charAt(i) == 'X' ? 10 : isbn.charAt(i) - '0');
        }
        return sum % 11 == 0;
    }

    private static boolean isIsbn13(String text) {
        String isbn = withoutSpaces(text);
        if (!isbn.matches("[0-9]{13}")) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < 13; i++) {
            sum += (i % 2 == 0 ? 1 : 3) * (isbn.charAt(i) - '0');
        }
        return sum % 10 == 0;
    }

    private static boolean isUuid(String text, String version, String variants) {
        String lower = text.toLowerCase(Locale.ROOT);
        Matcher matcher = Uuid.FORM.matcher(lower);
        return matcher.matches()
                && (version.isEmpty() || matcher.group(1).startsWith(version))
                && variants.indexOf(matcher.group(2).charAt(0)) >= 0;
    }

    private static final class Uuid {
        static final Pattern FORM =
                Pattern.compile("[0-9a-f]{8}-?[0-9a-f]{4}-?([0-9a-f]{4})-?([0-9a-f]{4})-?[0-9a-f]{12}");
    }

    static boolean isDate(String text) {
        if (!text.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")) {
            return false;
        }
        try {
            LocalDate.parse(text);
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static boolean isDateTime(String text) {
        String[] parts = text.toLowerCase(Locale.ROOT).split("t", -1);
        if (parts.length < 2 || !isDate(parts[0])) {
            return false;
        }
        Matcher time = TIME.matcher(parts[1]);
        return time.matches()
                && time.group(1).compareTo("23") <= 0
                && time.group(2).compareTo("59") <= 0
                && time.group(3).compareTo("59") <= 0;
    }

    /** As Go has durations, or any text in which an amount of a unit of time occurs. */
    private static boolean isDuration(String text) {
        if (GoDuration.parse(text).isPresent()) {
            return true;
        }
        boolean found = false;
        Matcher amounts = AMOUNT.matcher(text);
        while (amounts.find()) {
            if (amounts.group(1).length() > 18) {
                return false;
            }
            found |= isUnit(amounts.group(2).toLowerCase(Locale.ROOT));
        }
        return found;
    }

    private static boolean isUnit(String unit) {
        for (String word : UNIT_WORDS) {
            if (unit.startsWith(word)) {
                return true;
            }
        }
        return UNITS.contains(unit);
    }

    /** One label, or several of which the last one has letters only. */
    private static boolean isHostname(String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length > 255) {
            return false;
        }
        String[] labels = text.split("\\.", -1);
        for (String label : labels) {
            if (label.getBytes(StandardCharsets.UTF_8).length > 63) {
                return false;
            }
        }
        String last = labels[labels.length - 1];
        if (labels.length == 1) {
            String rest = last.isEmpty() ? "" : last.substring(last.offsetByCodePoints(0, 1));
            return !last.isEmpty()
                    && isNameCharacter(last.codePointAt(0))
                    && all(rest.startsWith("-") ? rest.substring(1) : rest, StringFormats::isNameCharacter);
        }
        for (int i = 0; i < labels.length - 1; i++) {
            String label = labels[i];
            if (label.isEmpty()
                    || label.startsWith("-")
                    || label.endsWith("-")
                    || !all(label, c -> c == '-' || isNameCharacter(c))) {
                return false;
            }
        }
        return last.codePointCount(0, last.length()) >= 2 && all(last, Character::isLetter);
    }

    private static boolean all(String text, Predicate<Integer> what) {
        return text.codePoints().allMatch(what::test);
    }

    private static boolean isNameCharacter(int c) {
        return c >= '0' && c <= '9'
                || Character.isLetter(c)
                || switch (Character.getType(c)) {
                    case Character.MATH_SYMBOL,
                            Character.CURRENCY_SYMBOL,
                            Character.MODIFIER_SYMBOL,
                            Character.OTHER_SYMBOL -> true;
                    default -> false;
                };
    }
}
