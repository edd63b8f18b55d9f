# SPDX-License-Identifier: Apache-2.0
# Statistics of measures taken in pairs A,B,A,B: awk -f pairs.awk A.txt B.txt
# Prints: median of A, median of B, median of the ratios A/B, their median absolute deviation, pairs.
function sort(a, n,    i, j, t) {
	for (i = 2; i <= n; i++) {
		t = a[i]
		for (j = i - 1; j >= 1 && a[j] > t; j--)
			a[j + 1] = a[j]
		a[j + 1] = t
	}
}
function median(a, n) {
	sort(a, n)
	return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
}
FNR == 1 { file++ }
NF { v[file, ++count[file]] = $1 }
END {
	n = count[1] < count[2] ? count[1] : count[2]
	if (n == 0)
		exit 1
	for (i = 1; i <= n; i++) {
		a[i] = v[1, i]
		b[i] = v[2, i]
		r[i] = v[1, i] / v[2, i]
	}
	m = median(r, n)
	for (i = 1; i <= n; i++)
		d[i] = r[i] > m ? r[i] - m : m - r[i]
	printf "%.3f %.3f %.3f %.3f %d\n", median(a, n), median(b, n), m, median(d, n), n
}
