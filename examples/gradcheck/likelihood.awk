# Minus the log-likelihood of a normal sample, f = n s + sum((d - mu)^2)/(2 exp(2 s)), and its gradient.
# With -v bug=1 the derivative by mu has the wrong sign. print alone would give six digits of f, which no difference survives.
BEGIN {
    FS = ","
    n = split("1.9 0.3 2.2 1.1 0.8 1.7 2.5 0.1 1.4 1.0", d, " ")
}
NR == 1 { print "f,df_mu,df_s"; next }
{
    mu = $1; s = $2; w = exp(-2 * s)
    sum = 0; squares = 0
    for (i = 1; i <= n; i++) { sum += d[i] - mu; squares += (d[i] - mu)^2 }
    f = n * s + squares * w / 2
    if ($3 == "gradient")
        printf "%.17g,%.17g,%.17g\n", f, (bug ? 1 : -1) * sum * w, n - squares * w
    else
        printf "%.17g,,\n", f
}
