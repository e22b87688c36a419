package dev.proa.image.dockerfile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Warns of what BuildKit's checks warn of, as far as the text alone tells. {@link Scope} and {@link BuildArguments} warn
 * of undefined variables. Used once.
 */
final class Rules {
    private static final Pattern SECRET = Pattern.compile(
            "(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern PUBLIC = Pattern.compile("(?:_|^)public(?:_|$)", Pattern.CASE_INSENSITIVE);

    private final List<Warning> warnings = new ArrayList<>();

    List<Warning> check(List<Stage> stages) {
        casing(stages);
        Set<String> names = new HashSet<>();
        for (Stage stage : stages) {
            from(stage);
            if (stage.name().equals("scratch") || stage.name().equals("context")) {
                warn(
                        "ReservedStageName",
                        "Stage name should not use the same name as reserved stage \"" + stage.name() + "\"",
                        stage.source());
            }
            if (!stage.name().isEmpty() && !names.add(stage.name())) {
                warn(
                        "DuplicateStageName",
                        "Duplicate stage name \"" + stage.name() + "\", stage names should be unique",
                        stage.source());
            }
            instructions(stage);
        }
        return warnings;
    }

    private void warn(String rule, String message, Source source) {
        warnings.add(new Warning(rule, message, source.location()));
    }

    private static String written(Source source) {
        return Arguments.atBlanks(source.text()).getFirst();
    }

    /** The keywords of the whole file should be all upper or all lower case, whichever most of them are. */
    private void casing(List<Stage> stages) {
        List<Source> sources = new ArrayList<>();
        for (Stage stage : stages) {
            sources.add(stage.source());
            stage.instructions().forEach(i -> sources.add(i.source()));
        }
        long lower = sources.stream().filter(s -> isLower(written(s))).count();
        long upper = sources.stream().filter(s -> isUpper(written(s))).count();
        for (Source source : sources) {
            String keyword = written(source);
            if (lower > upper ? !isLower(keyword) : !isUpper(keyword)) {
                String correct = lower > upper ? "lowercase" : "uppercase";
                warn(
                        "ConsistentInstructionCasing",
                        "Command '" + keyword + "' should match the case of the command majority (" + correct + ")",
                        source);
            }
        }
    }

    private static boolean isLower(String text) {
        return text.equals(text.toLowerCase(Locale.ROOT));
    }

    private static boolean isUpper(String text) {
        return text.equals(text.toUpperCase(Locale.ROOT));
    }

    private void from(Stage stage) {
        List<String> words = Arguments.atBlanks(stage.source().text());
        if (stage.name().isEmpty()) {
            return;
        }
        String name = words.getLast();
        if (!isLower(name)) {
            warn("StageNameCasing", "Stage name '" + name + "' should be lowercase", stage.source());
        }
        String from = words.getFirst();
        String as = words.get(words.size() - 2);
        if ((isLower(from) && !isLower(as)) || (isUpper(from) && !isUpper(as))) {
            warn("FromAsCasing", "'" + as + "' and '" + from + "' keywords' casing do not match", stage.source());
        }
    }

    private void instructions(Stage stage) {
        Map<String, Source> once = new HashMap<>();
        boolean shell = false;
        for (Instruction instruction : stage.instructions()) {
            shell |= instruction instanceof Instruction.Shell;
            switch (instruction) {
                case Instruction.Maintainer m ->
                    warn(
                            "MaintainerDeprecated",
                            "Maintainer instruction is deprecated in favor of using label",
                            m.source());
                case Instruction.Env env -> pairs(env.variables(), env, true);
                case Instruction.Label label -> pairs(label.labels(), label, false);
                case Instruction.Arg arg -> arg.arguments().forEach(a -> secret(a.name(), arg));
                case Instruction.Cmd cmd -> runs(cmd.command(), cmd, shell, once);
                case Instruction.Entrypoint entrypoint -> runs(entrypoint.command(), entrypoint, shell, once);
                case Instruction.Healthcheck check -> single(check, once);
                case Instruction.Run _,
                        Instruction.Shell _,
                        Instruction.Copy _,
                        Instruction.Add _,
                        Instruction.User _,
                        Instruction.Workdir _,
                        Instruction.Expose _,
                        Instruction.Volume _,
                        Instruction.StopSignal _,
                        Instruction.Onbuild _ -> {}
            }
        }
    }

    private void pairs(List<Instruction.Pair> pairs, Instruction instruction, boolean environment) {
        String keyword = instruction.keyword();
        for (Instruction.Pair pair : pairs) {
            if (pair.legacy()) {
                warn(
                        "LegacyKeyValueFormat",
                        "\"" + keyword + " key=value\" should be used instead of legacy \"" + keyword
                                + " key value\" format",
                        instruction.source());
            }
            if (environment) {
                secret(pair.name(), instruction);
            }
        }
    }

    private void secret(String name, Instruction instruction) {
        if (SECRET.matcher(name).find() && !PUBLIC.matcher(name).find()) {
            warn(
                    "SecretsUsedInArgOrEnv",
                    "Do not use ARG or ENV instructions for sensitive data (" + instruction.keyword() + " \"" + name
                            + "\")",
                    instruction.source());
        }
    }

    private void runs(Command command, Instruction instruction, boolean shell, Map<String, Source> once) {
        single(instruction, once);
        if (command instanceof Command.Shell && !shell) {
            warn(
                    "JSONArgsRecommended",
                    "JSON arguments recommended for " + instruction.keyword()
                            + " to prevent unintended behavior related to OS signals",
                    instruction.source());
        }
    }

    /** Warns at the one before, since that is what has no effect. */
    private void single(Instruction instruction, Map<String, Source> once) {
        Source before = once.put(instruction.keyword(), instruction.source());
        if (before != null) {
            warn(
                    "MultipleInstructionsDisallowed",
                    "Multiple " + instruction.keyword()
                            + " instructions should not be used in the same stage because only the last one will be used",
                    before);
        }
    }
}
