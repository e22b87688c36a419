package dev.proa.image.solver;

import dev.proa.image.ImageFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code --chmod} says: an octal number, or symbolic changes as {@code chmod(1)} takes them ({@code u=rwX,go-w}). */
final class ModeChange {
    private static final Pattern OCTAL = Pattern.compile("[0-7]{1,4}");
    private static final Pattern CLAUSE = Pattern.compile("([ugoa]*)((?:[-+=][rwxXst]*)+)");
    private static final Pattern ACTION = Pattern.compile("([-+=])([rwxXst]*)");

    private record Action(String who, char operator, String permissions) {}

    private final int octal;
    private final List<Action> actions;

    private ModeChange(int octal, List<Action> actions) {
        this.octal = octal;
        this.actions = actions;
    }

    /** Reads the value of {@code --chmod}. */
    static ModeChange parse(String text) {
        if (OCTAL.matcher(text).matches()) {
            return new ModeChange(Integer.parseInt(text, 8), List.of());
        }
        List<Action> actions = new ArrayList<>();
        for (String clause : text.split(",", -1)) {
            Matcher matcher = CLAUSE.matcher(clause);
            if (!matcher.matches()) {
                throw ImageFailure.invalid("invalid chmod parameter: '" + text
                        + "': it should be octal, such as 644, or symbolic, such as u=rwX,go=rX");
            }
            String who = matcher.group(1).isEmpty() ? "a" : matcher.group(1);
            Matcher action = ACTION.matcher(matcher.group(2));
            while (action.find()) {
                actions.add(new Action(who, action.group(1).charAt(0), action.group(2)));
            }
        }
        return new ModeChange(-1, actions);
    }

    /** The new mode of a file or directory. */
    int apply(int mode, boolean directory) {
        if (octal >= 0) {
            return octal;
        }
        int result = mode;
        for (Action action : actions) {
            result = apply(action, result, directory);
        }
        return result;
    }

    /** The mode of directories that are made on the way to what is copied. */
    int ofNewDirectory() {
        return octal >= 0 ? octal & 0777 : 0755;
    }

    private static int apply(Action action, int mode, boolean directory) {
        boolean all = action.who.contains("a");
        int bits = 0;
        int mask = 0;
        for (int i = 0; i < 3; i++) {
            if (!all && action.who.indexOf("ugo".charAt(i)) < 0) {
                continue;
            }
            int shift = 6 - 3 * i;
            mask |= 7 << shift;
            for (char permission : action.permissions.toCharArray()) {
                bits |= switch (permission) {
                    case 'r' -> 4 << shift;
                    case 'w' -> 2 << shift;
                    case 'x' -> 1 << shift;
                    case 'X' -> directory || (mode & 0111) != 0 ? 1 << shift : 0;
                    case 's' -> i == 0 ? 04000 : i == 1 ? 02000 : 0;
                    default -> 01000;
                };
            }
        }
        return switch (action.operator) {
            case '+' -> mode | bits;
            case '-' -> mode & ~bits;
            default -> mode & ~mask | bits;
        };
    }
}
