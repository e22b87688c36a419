package dev.proa.image.dockerfile;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes such as {@code 512m} or {@code 1.5 GiB}; all units are powers of 1024. */
final class ByteSize {
    private static final Pattern SIZE = Pattern.compile(
            "\\+?(\\d{1,18}(?:\\.\\d{0,9})?|\\.\\d{1,9}) ?(?:b|([kmgtp])(?:i?b)?)?", Pattern.CASE_INSENSITIVE);

    private ByteSize() {}

    static long parse(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw new SyntaxProblem("invalid value for size: " + text);
        }
        String unit = matcher.group(2);
        int power = unit == null ? 0 : "kmgtp".indexOf(Character.toLowerCase(unit.charAt(0))) + 1;
        return (long) (Double.parseDouble(matcher.group(1)) * Math.pow(1024, power));
    }
}
