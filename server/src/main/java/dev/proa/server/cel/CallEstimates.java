package dev.proa.server.cel;

import dev.proa.server.cel.CelType.Kind;
import dev.proa.server.cel.CostEstimator.Argument;
import dev.proa.server.cel.CostEstimator.Cost;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a call can cost, and how large its result can be, by the sizes of its arguments. */
final class CallEstimates {
    private static final Estimate ONE = Estimate.of(1);
    private static final int LONGEST_FORMAT = 64;
    private static final int LONGEST_FORMAT_PATTERN = 128;

    private CallEstimates() {}

    /** The estimate without the cost of the arguments. */
    static Cost estimate(String function, String overload, @Nullable Argument target, List<Argument> args) {
        Cost cost = byOverload(overload, target, args);
        cost = cost != null ? cost : byFunction(function, overload, target, args);
        return cost != null ? cost : standard(overload, target, args);
    }

    private static Cost cost(Estimate cost) {
        return new Cost(cost, null);
    }

    private static Cost traversal(Estimate size, double times, @Nullable Estimate result) {
        return new Cost(size.times(times * Costs.CHARACTER), result);
    }

    private static @Nullable Cost byOverload(String overload, @Nullable Argument target, List<Argument> args) {
        if (overload.startsWith("list_sets_")) {
            int factor = overload.equals("list_sets_equivalent_list") ? 2 : 1;
            return cost(args.get(0)
                    .size()
                    .times(args.get(1).size())
                    .times((double) factor)
                    .plus(ONE));
        }
        if (overload.equals("lists_range")) {
            return allocating(1, Estimate.of(constant(args.get(0), Estimate.UNLIMITED)));
        }
        if (target == null) {
            return null;
        }
        Estimate size = target.size();
        return switch (overload) {
            case "list_slice" ->
                allocating(1, Estimate.of(constant(args.get(1), size.max()) - constant(args.get(0), 0)));
            case "list_flatten" -> allocating(1, size);
            case "list_flatten_int" -> allocating(Estimate.asDouble(constant(args.get(0), Estimate.UNLIMITED)), size);
            case "list_reverse" -> allocating(1, size);
            case "list_distinct" -> allocating(2, size.times(size));
            default -> {
                if (overload.endsWith("_sort")) {
                    yield pairs(overload, size);
                }
                yield overload.endsWith("_sortByAssociatedKeys")
                        ? pairs(overload, args.get(0).size())
                        : null;
            }
        };
    }

    private static Cost pairs(String overload, Estimate size) {
        boolean text = overload.startsWith("list_string") || overload.startsWith("list_bytes");
        return allocating(text ? 2 + Costs.CHARACTER : 2, size.times(size));
    }

    private static Cost allocating(double factor, Estimate size) {
        return new Cost(size.times(factor).plus(Estimate.of(1 + Costs.LIST)), size);
    }

    private static long constant(Argument arg, long otherwise) {
        return arg.expr instanceof Expr.Literal literal && literal.value() instanceof Long number
                ? Math.max(0, number)
                : otherwise;
    }

    private static @Nullable Cost byFunction(
            String function, String overload, @Nullable Argument target, List<Argument> args) {
        return switch (function) {
            case "check" -> cost(Estimate.of(Costs.CHECK));
            case "serviceAccount",
                    "path",
                    "group",
                    "resource",
                    "subresource",
                    "namespace",
                    "name",
                    "allowed",
                    "reason",
                    "error",
                    "errored",
                    "masked",
                    "prefixLength",
                    "family",
                    "isUnspecified",
                    "isLoopback",
                    "isLinkLocalMulticast",
                    "isLinkLocalUnicast",
                    "isGlobalUnicast",
                    "format.named",
                    "sign",
                    "asInteger",
                    "isInteger",
                    "asApproximateFloat",
                    "isGreaterThan",
                    "isLessThan",
                    "compareTo",
                    "add",
                    "sub",
                    "major",
                    "minor",
                    "patch",
                    "getScheme",
                    "getHostname",
                    "getHost",
                    "getPort",
                    "getEscapedPath",
                    "getQuery" -> cost(ONE);
            case "fieldSelector", "labelSelector" -> {
                Estimate length = args.get(0).size();
                yield cost(Estimate.of(Costs.LIST)
                        .plus(length.times(Costs.CHARACTER))
                        .plus(length.times(0.5).times((double) (Costs.LIST + Costs.STRUCT))));
            }
            case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf" -> target == null ? null : elements(target);
            case "url", "jsonpatch.escapeKey" ->
                traversal(args.get(0).size(), 1, args.get(0).size());
            case "lowerAscii", "upperAscii", "substring", "trim" ->
                target == null ? null : traversal(target.size(), 1, target.size());
            case "replace" ->
                target == null
                        ? null
                        : replace(target.size(), args.get(0).size(), args.get(1).size());
            case "split" -> {
                Estimate size = target == null ? Estimate.UNKNOWN : target.size();
                long most = args.size() > 1
                                && args.get(1).expr instanceof Expr.Literal literal
                                && literal.value() instanceof Long number
                        ? number
                        : size.max();
                yield traversal(size, 2, new Estimate(0, most));
            }
            case "join" -> target == null ? null : join(target, args);
            case "find", "findAll" -> {
                Estimate size = target == null ? Estimate.UNKNOWN : target.size();
                yield new Cost(regex(size, args.get(0).size()), new Estimate(0, size.max()));
            }
            case "cidr", "isIP", "isCIDR", "quantity", "isQuantity", "semver", "isSemver" ->
                traversal(args.get(0).size(), 1, null);
            case "ip" ->
                overload.equals("cidr_ip") ? cost(ONE) : traversal(args.get(0).size(), 1, null);
            case "ip.isCanonical" -> traversal(args.get(0).size(), 2, null);
            case "containsIP", "containsCIDR" -> network(function, overload, args.get(0));
            case "validate" ->
                cost(args.get(0).size().times(Costs.CHARACTER).times(LONGEST_FORMAT_PATTERN * Costs.PATTERN));
            case "_==_" -> equality(args.get(0), args.get(1));
            default -> null;
        };
    }

    private static Estimate regex(Estimate text, Estimate pattern) {
        return text.plus(ONE).times(Costs.CHARACTER).times(pattern.times(Costs.PATTERN));
    }

    private static Cost elements(Argument list) {
        Argument items = list.items();
        if (items == null) {
            return traversal(list.size(), 1, null);
        }
        Estimate item = ONE;
        if (items.type.kind() == Kind.STRING || items.type.kind() == Kind.BYTES) {
            item = item.plus(items.size().times(Costs.CHARACTER));
        }
        return cost(list.size().times(item));
    }

    private static Cost join(Argument list, List<Argument> args) {
        Argument items = list.items();
        Estimate size = items == null ? Estimate.ZERO : list.size().times(items.size());
        if (!args.isEmpty()) {
            Estimate count = list.size();
            Estimate separators =
                    new Estimate(count.min() == 0 ? 0 : count.min() - 1, count.max() == 0 ? 0 : count.max() - 1);
            size = size.plus(args.get(0).size().times(separators));
        }
        return traversal(size, 1, size);
    }

    private static Cost network(String function, String overload, Argument arg) {
        Estimate bytes = new Estimate(4, 16);
        Estimate cost = bytes.plus(bytes).times(Costs.CHARACTER);
        if (function.equals("containsCIDR")) {
            cost = cost.plus(bytes.times(Costs.CHARACTER)).plus(ONE);
        }
        if (overload.endsWith("_string")) {
            cost = cost.plus(arg.size().times(Costs.CHARACTER));
        }
        return cost(cost);
    }

    private static @Nullable Cost equality(Argument left, Argument right) {
        if (!left.type.equals(right.type)) {
            return null;
        }
        return switch (left.type.name()) {
            case "net.IP", "net.CIDR", "kubernetes.Quantity", "kubernetes.Semver" -> cost(ONE);
            case "kubernetes.NamedFormat" -> cost(new Estimate(1, LONGEST_FORMAT).times(Costs.CHARACTER));
            case "kubernetes.URL" -> {
                Estimate size = right.known().equals(Estimate.UNKNOWN) ? ONE : right.known();
                yield cost(new Estimate(1, size.max()).times(Costs.CHARACTER));
            }
            default -> left.type.name().startsWith("kubernetes.authorization.") ? cost(ONE) : null;
        };
    }

    private static Cost replace(Estimate text, Estimate old, Estimate with) {
        long most;
        long kept = 0;
        if (old.min() == 0) {
            most = Estimate.sum(text.max(), 1);
            kept = text.max();
        } else if (Long.compareUnsigned(with.max(), old.min()) <= 0) {
            most = 0;
            kept = text.max();
        } else {
            most = (long) Math.ceil(Estimate.asDouble(text.max()) / Estimate.asDouble(old.min()));
        }
        long least;
        long leastKept = 0;
        if (old.max() == 0) {
            least = Estimate.sum(text.min(), 1);
            leastKept = text.min();
        } else if (Long.compareUnsigned(old.max(), with.min()) <= 0) {
            least = 0;
            leastKept = text.min();
        } else {
            least = (long) Math.ceil(Estimate.asDouble(text.min()) / Estimate.asDouble(old.max()));
        }
        Estimate size = new Estimate(least, most).times(with).plus(new Estimate(leastKept, kept));
        return traversal(text, 2, size);
    }

    private static Cost standard(String overload, @Nullable Argument target, List<Argument> args) {
        return switch (overload) {
            case "string_format" -> cost((target == null ? Estimate.UNKNOWN : target.known()).times(Costs.CHARACTER));
            case "string_to_bytes" -> {
                Estimate size = args.get(0).known();
                yield traversal(size, 1, new Estimate(size.min(), size.max() * 4));
            }
            case "bytes_to_string" -> {
                Estimate size = args.get(0).known();
                yield traversal(size, 1, new Estimate(Long.divideUnsigned(size.min(), 4), size.max()));
            }
            case "strings_quote" -> {
                Estimate size = args.get(0).known();
                yield traversal(size, 1, new Estimate(size.min() + 2, size.max() * 2 + 2));
            }
            case "starts_with_string", "ends_with_string" ->
                traversal(args.get(0).known(), 1, null);
            case "in_list" -> cost(args.get(1).known());
            case "matches_string" ->
                target == null
                        ? cost(ONE)
                        : cost(regex(target.known(), args.get(0).known()));
            case "contains_string" ->
                target == null
                        ? cost(ONE)
                        : cost(target.known()
                                .times(Costs.CHARACTER)
                                .times(args.get(0).known().times(Costs.CHARACTER)));
            case "less_string",
                    "greater_string",
                    "less_equals_string",
                    "greater_equals_string",
                    "less_bytes",
                    "greater_bytes",
                    "less_equals_bytes",
                    "greater_equals_bytes",
                    "equals",
                    "not_equals" -> comparison(args.get(0).known(), args.get(1).known());
            default -> cost(ONE);
        };
    }

    private static Cost comparison(Estimate left, Estimate right) {
        long most = Long.compareUnsigned(left.max(), right.max()) < 0 ? left.max() : right.max();
        return cost(new Estimate(most == 0 ? 0 : 1, most).times(Costs.CHARACTER));
    }
}
