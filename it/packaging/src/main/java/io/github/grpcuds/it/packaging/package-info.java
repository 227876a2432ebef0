/** A program that tests start in several packagings. */
package io.github.grpcuds.it.packaging;
